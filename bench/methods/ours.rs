//! Times the heavy methods on the inputs of the comparison: `name seconds`, on the processor, and for one method alone its
//! memory over that of its input.

use std::{fs, hint::black_box, path::Path};

use improvement_stats::{
    agreement::{BootstrapOptions, Level, Ratings, bootstrap_alpha, krippendorff_alpha},
    association::{Method, PermutationOptions, permutation_tests},
    charts::{ChartKind, ChartOptions, RuleSet, control_chart},
    disclosure::{Dimension, LinkedTable, PrimaryRule, audit, primary_suppression},
    elastic_net::{NetOptions, elastic_net_path},
    matching::{Distance, nearest_peers},
    mixed_model::{MixedOptions, RandomEffects, Term, mixed_model, multilevel_model},
};
use peak_alloc::PeakAlloc;

/// Counts what is allocated, to the byte; pages that the kernel gives would hide what is small.
#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// The numbers of a file, row by row.
fn flat(folder: &Path, name: &str) -> Vec<f64> {
    let bytes = fs::read(folder.join(format!("{name}.f64"))).expect("run inputs.py first");
    let number = |eight: &[u8]| f64::from_le_bytes(eight.try_into().expect("eight bytes"));
    bytes.chunks_exact(8).map(number).collect()
}

fn load(folder: &Path, name: &str, width: usize) -> Vec<Vec<f64>> {
    flat(folder, name).chunks_exact(width).map(<[f64]>::to_vec).collect()
}

/// What is timed: all methods, or the one that is named.
struct Bench {
    only: Option<String>,
}

impl Bench {
    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == name)
    }

    /// Prints the mean time of several runs and, when the method has the process to itself, how many times the size of its input it
    /// holds at most, the input included.
    fn clock<T>(&self, name: &str, input: usize, mut work: impl FnMut() -> improvement_stats::Result<T>) {
        ALLOCATED.reset_peak_usage();
        let before = ALLOCATED.current_usage();
        let (start, mut runs) = (on_processor(), 0);
        // The kernel's clock of the processor is coarse: short methods run often.
        let seconds = loop {
            black_box(work().expect(name));
            runs += 1;
            let seconds = on_processor() - start;
            if seconds >= 5.0 || runs >= 3 && seconds >= 1.0 {
                break seconds / f64::from(runs);
            }
        };
        let more = ALLOCATED.peak_usage().saturating_sub(before);
        let times = if self.only.is_some() { format!(" {:.2}", 1.0 + more as f64 / input as f64) } else { String::new() };
        println!("{name} {seconds:.6}{times}");
    }
}

/// Seconds that this process has spent on a processor, so that what else the machine does counts less.
fn on_processor() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").expect("Linux tells the time on the processor");
    // After the name of the program, which may hold anything, stand eleven other fields, then user and system time in ticks.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn column(rows: &[f64], width: usize, at: usize) -> Vec<f64> {
    rows.iter().skip(at).step_by(width).copied().collect()
}

fn optional(rows: Vec<Vec<f64>>) -> Vec<Vec<Option<f64>>> {
    rows.into_iter().map(|row| row.into_iter().map(|v| Some(v).filter(|v| !v.is_nan())).collect()).collect()
}

fn main() -> improvement_stats::Result<()> {
    let folder = std::env::args().nth(1).expect("name the folder of the inputs");
    let bench = Bench { only: std::env::args().nth(2) };
    models(&bench, Path::new(&folder));
    agreement(&bench, Path::new(&folder))?;
    others(&bench, Path::new(&folder))?;
    table(&bench, Path::new(&folder))
}

fn models(bench: &Bench, folder: &Path) {
    for name in ["mixed", "slope"].into_iter().filter(|name| bench.wants(name)) {
        let rows = flat(folder, name);
        let groups: Vec<usize> = column(&rows, 4, 3).into_iter().map(|group| group as usize).collect();
        let [y, x1, x2] = [0, 1, 2].map(|at| column(&rows, 4, at));
        let terms = [Term::new("x1", x1), Term::new("x2", x2)];
        drop(rows);
        let input = y.len() * if name == "slope" { 5 } else { 4 } * 8;
        if name == "mixed" {
            bench.clock(name, input, || mixed_model(&y, &terms, &groups, &MixedOptions::default()));
            continue;
        }
        let random = [RandomEffects::new("g", groups).with_slope(terms[0].clone())];
        bench.clock(name, input, || multilevel_model(&y, &terms, &random, &MixedOptions::default()));
    }
    if bench.wants("net") {
        let rows = flat(folder, "net");
        let input = rows.len() * 8;
        let (y, x): (Vec<f64>, Vec<Vec<f64>>) = rows.chunks_exact(51).map(|row| (row[0], row[1..].to_vec())).unzip();
        drop(rows);
        bench.clock("net", input, || elastic_net_path(&x, &y, &NetOptions { alpha: 0.5, ..NetOptions::default() }));
    }
}

fn agreement(bench: &Bench, folder: &Path) -> improvement_stats::Result<()> {
    let size = size_of::<Option<f64>>();
    if bench.wants("alpha") {
        let whole = optional(load(folder, "alpha", 20));
        bench.clock("alpha", whole.len() * 20 * size, || krippendorff_alpha(&Ratings::from_rows(&whole)?, Level::Ordinal));
    }
    if bench.wants("alpha-bootstrap") {
        let small = Ratings::from_rows(&optional(load(folder, "alpha_small", 4)))?;
        let resampling = BootstrapOptions { resamples: 1000, seed: 1, level: 0.95 };
        bench.clock("alpha-bootstrap", 200 * 4 * size, || bootstrap_alpha(&small, Level::Ordinal, &resampling));
    }
    Ok(())
}

fn others(bench: &Bench, folder: &Path) -> improvement_stats::Result<()> {
    if bench.wants("match") {
        let schools = load(folder, "match", 20);
        let treated: Vec<bool> = (0..schools.len()).map(|i| i < 1000).collect();
        bench.clock("match", schools.len() * 20 * 8, || nearest_peers(&schools, &treated, 5, Distance::Mahalanobis));
    }
    if bench.wants("permute") {
        let rows = flat(folder, "permute");
        let items: Vec<Vec<f64>> = (1..46).map(|at| column(&rows, 46, at)).collect();
        let (items, outcome): (Vec<&[f64]>, Vec<f64>) = (items.iter().map(Vec::as_slice).collect(), column(&rows, 46, 0));
        let options = PermutationOptions { permutations: 10_000, seed: 1, blocks: Vec::new() };
        let all = || permutation_tests(&items, &outcome, Method::Spearman, &options).into_iter().collect::<Result<Vec<_>, _>>();
        bench.clock("permute", rows.len() * 8, all);
    }
    if bench.wants("charts") {
        let charts: Vec<Vec<Option<f64>>> = optional(load(folder, "charts", 36));
        bench.clock("charts", charts.len() * 36 * size_of::<Option<f64>>(), || {
            let one = |values| control_chart(ChartKind::Individuals, values, None, RuleSet::Anhoej, &ChartOptions::default());
            charts.iter().map(|values| one(values).map(|chart| chart.signals.len())).sum::<improvement_stats::Result<usize>>()
        });
    }
    Ok(())
}

fn table(bench: &Bench, folder: &Path) -> improvement_stats::Result<()> {
    if !bench.wants("audit") {
        return Ok(());
    }
    let sizes = [5, 8, 8, 10];
    let dimensions = sizes.map(Dimension::flat);
    let counts = flat(folder, "table");
    let place = |cell: usize| vec![cell / 640, cell / 80 % 8, cell / 10 % 8, cell % 10];
    let inner: Vec<(Vec<usize>, u64)> = counts.iter().enumerate().map(|(i, count)| (place(i), *count as u64)).collect();
    let table = LinkedTable::from_dimensions(&dimensions, &inner)?;
    let primary = primary_suppression(&table, PrimaryRule { minimum: 40, hide_zeros: false })?;
    eprintln!("{} cells, {} of them hidden", table.counts().len(), primary.iter().filter(|h| **h).count());
    let sums = table.relations().iter().map(|relation| size_of_val(relation) + size_of_val(&relation.parts[..]));
    bench.clock("audit", size_of_val(table.counts()) + size_of_val(&primary[..]) + sums.sum::<usize>(), || {
        audit(&table, &primary, 3)
    });
    Ok(())
}
