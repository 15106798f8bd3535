//! Times the heavy methods on the inputs of the comparison: `name seconds`, the least of three.

use std::{fs, hint::black_box, path::Path, time::Instant};

use improvement_stats::{
    agreement::{BootstrapOptions, Level, Ratings, bootstrap_alpha, krippendorff_alpha},
    association::{Method, PermutationOptions, permutation_tests},
    charts::{ChartKind, ChartOptions, RuleSet, control_chart},
    disclosure::{Dimension, LinkedTable, PrimaryRule, audit, primary_suppression},
    elastic_net::{NetOptions, elastic_net_path},
    matching::{Distance, nearest_peers},
    mixed_model::{MixedOptions, Term, mixed_model},
};

fn load(folder: &Path, name: &str, width: usize) -> Vec<Vec<f64>> {
    let bytes = fs::read(folder.join(format!("{name}.f64"))).expect("run inputs.py first");
    let number = |eight: &[u8]| f64::from_le_bytes(eight.try_into().expect("eight bytes"));
    bytes.chunks_exact(8 * width).map(|row| row.chunks_exact(8).map(number).collect()).collect()
}

fn clock<T>(name: &str, mut work: impl FnMut() -> improvement_stats::Result<T>) {
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        black_box(work().expect(name));
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{name} {best:.6}");
}

fn column(rows: &[Vec<f64>], at: usize) -> Vec<f64> {
    rows.iter().map(|row| row[at]).collect()
}

fn main() -> improvement_stats::Result<()> {
    let folder = std::env::args().nth(1).expect("name the folder of the inputs");
    let folder = Path::new(&folder);

    let rows = load(folder, "mixed", 4);
    let groups: Vec<usize> = rows.iter().map(|row| row[3] as usize).collect();
    let (y, terms) = (column(&rows, 0), [Term::new("x1", column(&rows, 1)), Term::new("x2", column(&rows, 2))]);
    clock("mixed", || mixed_model(&y, &terms, &groups, &MixedOptions::default()));

    let optional = |rows: Vec<Vec<f64>>| -> Vec<Vec<Option<f64>>> {
        rows.into_iter().map(|row| row.into_iter().map(|v| Some(v).filter(|v| !v.is_nan())).collect()).collect()
    };
    let whole = optional(load(folder, "alpha", 20));
    clock("alpha", || krippendorff_alpha(&Ratings::from_rows(&whole)?, Level::Ordinal));
    let small = Ratings::from_rows(&optional(load(folder, "alpha_small", 4)))?;
    let resampling = BootstrapOptions { resamples: 1000, seed: 1, level: 0.95 };
    clock("alpha-bootstrap", || bootstrap_alpha(&small, Level::Ordinal, &resampling));

    let schools = load(folder, "match", 20);
    let treated: Vec<bool> = (0..schools.len()).map(|i| i < 1000).collect();
    clock("match", || nearest_peers(&schools, &treated, 5, Distance::Mahalanobis));

    let rows = load(folder, "permute", 46);
    let items: Vec<Vec<f64>> = (1..46).map(|at| column(&rows, at)).collect();
    let (items, outcome): (Vec<&[f64]>, Vec<f64>) = (items.iter().map(Vec::as_slice).collect(), column(&rows, 0));
    let options = PermutationOptions { permutations: 10_000, seed: 1, blocks: Vec::new() };
    let all = || permutation_tests(&items, &outcome, Method::Spearman, &options).into_iter().collect::<Result<Vec<_>, _>>();
    clock("permute", all);

    let rows = load(folder, "net", 51);
    let (y, x): (Vec<f64>, Vec<Vec<f64>>) = rows.into_iter().map(|row| (row[0], row[1..].to_vec())).unzip();
    clock("net", || elastic_net_path(&x, &y, &NetOptions { alpha: 0.5, ..NetOptions::default() }));

    let charts: Vec<Vec<Option<f64>>> = optional(load(folder, "charts", 36));
    clock("charts", || {
        let one = |values| control_chart(ChartKind::Individuals, values, None, RuleSet::Anhoej, &ChartOptions::default());
        charts.iter().map(|values| one(values).map(|chart| chart.signals.len())).sum::<improvement_stats::Result<usize>>()
    });

    let sizes = [5, 8, 8, 10];
    let dimensions = sizes.map(Dimension::flat);
    let counts = load(folder, "table", 1);
    let place = |cell: usize| vec![cell / 640, cell / 80 % 8, cell / 10 % 8, cell % 10];
    let inner: Vec<(Vec<usize>, u64)> = counts.iter().enumerate().map(|(i, row)| (place(i), row[0] as u64)).collect();
    let table = LinkedTable::from_dimensions(&dimensions, &inner)?;
    let primary = primary_suppression(&table, PrimaryRule { minimum: 40, hide_zeros: false })?;
    eprintln!("{} cells, {} of them hidden", table.counts().len(), primary.iter().filter(|h| **h).count());
    clock("audit", || audit(&table, &primary, 3));
    Ok(())
}
