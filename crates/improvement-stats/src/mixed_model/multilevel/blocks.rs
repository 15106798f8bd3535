//! Cross-products of the columns that differ between groups, kept in blocks: the levels of the largest grouping hang together
//! only through the levels of the others, and those only where a level of the largest one joins them.

use std::collections::BTreeMap;

use super::super::data::{Standardised, centre_and_scale, complete_rows, group_codes};
use super::RandomEffects;
use crate::mixed_model::Term;
use crate::{Error, Result};

/// Most columns of the smaller groupings that may hang together: their matrix is kept whole.
const MOST_TOGETHER: usize = 3_000;

/// A grouping with all effects that differ between its groups.
pub(super) struct Factor {
    /// The group of each kept row.
    pub codes: Vec<usize>,
    /// The number of each group as given.
    pub labels: Vec<usize>,
    /// Kept rows of each group.
    pub sizes: Vec<usize>,
    /// What the column of each effect was divided by.
    pub scales: Vec<f64>,
    /// The root mean square of each column: how far its effect reaches.
    pub reaches: Vec<f64>,
    /// Which of the effects given, and which of its columns, each column is.
    pub sources: Vec<(usize, usize)>,
}

impl Factor {
    pub fn width(&self) -> usize {
        self.scales.len()
    }
}

/// Cross-products of a level of a smaller grouping with a level of the largest one.
pub(super) struct Link {
    pub factor: usize,
    /// First column among those of its component.
    pub offset: usize,
    /// A row an effect of the smaller grouping, a column an effect of the largest.
    pub products: Vec<f64>,
}

/// A level of the largest grouping.
pub(super) struct Lead {
    pub level: usize,
    pub gram: Vec<f64>,
    /// With the fixed columns and the response.
    pub products: Vec<f64>,
    pub links: Vec<Link>,
}

/// A level of a smaller grouping.
pub(super) struct Member {
    pub factor: usize,
    pub level: usize,
    pub offset: usize,
    pub products: Vec<f64>,
}

/// Cross-products between two levels of smaller groupings; the first one's offset is not below the second's.
pub(super) struct Pair {
    pub factors: (usize, usize),
    pub offsets: (usize, usize),
    pub products: Vec<f64>,
}

/// Levels that hang together.
#[derive(Default)]
pub(super) struct Component {
    pub leads: Vec<Lead>,
    pub members: Vec<Member>,
    pub pairs: Vec<Pair>,
    /// Columns of the smaller groupings.
    pub size: usize,
}

/// Everything that the criterion needs of the data, in standardised columns.
pub(super) struct Blocks {
    pub n: usize,
    /// Fixed effects, the intercept among them.
    pub p: usize,
    /// The largest grouping first.
    pub factors: Vec<Factor>,
    pub components: Vec<Component>,
    /// Cross-products of fixed columns and response.
    pub cross: Vec<f64>,
    /// Centre and scale of each fixed column, response last; the intercept has (0, 1).
    pub scaling: Vec<(f64, f64)>,
    pub rows_dropped: usize,
}

impl Blocks {
    pub fn new(response: &[f64], terms: &[Term], random: &[RandomEffects]) -> Result<Self> {
        let Some(first) = random.first() else {
            return Err(Error::Empty { what: "the list of random effects" });
        };
        for effects in random {
            if effects.groups.len() != response.len() {
                let (left_len, right_len) = (response.len(), effects.groups.len());
                return Err(Error::LengthMismatch { left: "response", left_len, right: "groups", right_len });
            }
            if effects.slopes.is_empty() && !effects.intercept {
                return Err(Error::Empty { what: "the list of effects that differ between groups" });
            }
        }
        let slopes = random.iter().flat_map(|effects| &effects.slopes);
        let kept = complete_rows(response, terms.iter().chain(slopes), &first.groups)?;
        let (n, p) = (kept.len(), terms.len() + 1);
        if n < p + 2 {
            return Err(Error::TooFew { what: "complete rows", needed: p + 2, got: n });
        }
        let mut scaling = vec![(0.0, 1.0)];
        for term in terms {
            scaling.push(centre_and_scale(&term.values, &kept, &term.name)?);
        }
        scaling.push(centre_and_scale(response, &kept, "the response")?);
        let width = p + 1;
        let rows = Standardised::new(response, terms, &kept, &scaling);
        let factors = factors(random, &kept)?;
        let (mut cross, mut row) = (vec![0.0; width * width], vec![1.0; width]);
        for place in 0..n {
            rows.fill(place, &mut row);
            add_products(&row, &row, &mut cross);
        }
        let components = components(&factors, random, &kept, &rows, width)?;
        Ok(Self { n, p, factors, components, cross, scaling, rows_dropped: response.len() - n })
    }

    /// Rows of the criterion's denominator: n for ML, n minus fixed effects for REML.
    pub fn freedom(&self, reml: bool) -> f64 {
        (if reml { self.n - self.p } else { self.n }) as f64
    }
}

fn factors(random: &[RandomEffects], kept: &[usize]) -> Result<Vec<Factor>> {
    let mut factors: Vec<Factor> = Vec::new();
    for (place, effects) in random.iter().enumerate() {
        let (codes, labels) = group_codes(&kept.iter().map(|i| effects.groups[*i]).collect::<Vec<_>>());
        if labels.len() < 2 {
            return Err(Error::TooFew { what: "groups", needed: 2, got: labels.len() });
        }
        let at = factors.iter().position(|factor| factor.codes == codes && factor.labels == labels).unwrap_or_else(|| {
            let mut sizes = vec![0; labels.len()];
            codes.iter().for_each(|code| sizes[*code] += 1);
            factors.push(Factor { codes, labels, sizes, scales: Vec::new(), reaches: Vec::new(), sources: Vec::new() });
            factors.len() - 1
        });
        let factor = &mut factors[at];
        if effects.intercept {
            factor.scales.push(1.0);
            factor.reaches.push(1.0);
            factor.sources.push((place, 0));
        }
        for (slope, term) in effects.slopes.iter().enumerate() {
            let largest = kept.iter().map(|i| term.values[*i].abs()).fold(0.0, f64::max);
            if !(largest > 1e-100 && largest < 1e100) {
                return Err(Error::Invalid(format!("{} has no values that can differ between groups", term.name)));
            }
            let squares: f64 = kept.iter().map(|i| (term.values[*i] / largest).powi(2)).sum();
            factor.scales.push(largest);
            factor.reaches.push((squares / kept.len() as f64).sqrt());
            factor.sources.push((place, slope + usize::from(effects.intercept)));
        }
        if factor.labels.len() * factor.width() >= kept.len() {
            return Err(Error::Invalid(format!(
                "{} has as many effects as there are rows: leave one out, or use larger groups",
                effects.name
            )));
        }
    }
    factors.sort_by_key(|factor| std::cmp::Reverse(factor.labels.len()));
    Ok(factors)
}

/// Adds the products of each value of `left` with each of `right`.
fn add_products(left: &[f64], right: &[f64], out: &mut [f64]) {
    for (a, line) in left.iter().zip(out.chunks_mut(right.len())) {
        line.iter_mut().zip(right).for_each(|(slot, b)| *slot += a * b);
    }
}

/// The components that the levels of all groupings form.
fn components(
    factors: &[Factor],
    random: &[RandomEffects],
    kept: &[usize],
    rows: &Standardised<'_>,
    width: usize,
) -> Result<Vec<Component>> {
    let starts: Vec<usize> = factors
        .iter()
        .scan(0, |next, factor| {
            let start = *next;
            *next += factor.labels.len();
            Some(start)
        })
        .collect();
    let total = factors.iter().map(|factor| factor.labels.len()).sum();
    let mut root: Vec<usize> = (0..total).collect();
    for row in 0..rows.len() {
        for (factor, start) in factors.iter().zip(&starts).skip(1) {
            let (a, b) = (find(&mut root, factors[0].codes[row]), find(&mut root, start + factor.codes[row]));
            root[a.max(b)] = a.min(b);
        }
    }
    let mut number = BTreeMap::new();
    let mut components: Vec<Component> = Vec::new();
    // For each level, its component and its place in it: which lead it is, or its first column.
    let mut places = vec![(0, 0); total];
    for (at, factor) in factors.iter().enumerate() {
        for level in 0..factor.labels.len() {
            let node = starts[at] + level;
            let top = find(&mut root, node);
            let component = *number.entry(top).or_insert_with(|| {
                components.push(Component::default());
                components.len() - 1
            });
            let own = &mut components[component];
            if at == 0 {
                places[node] = (component, own.leads.len());
                let (gram, products) = (vec![0.0; factor.width().pow(2)], vec![0.0; factor.width() * width]);
                own.leads.push(Lead { level, gram, products, links: Vec::new() });
            } else {
                places[node] = (component, own.size);
                let products = vec![0.0; factor.width() * width];
                own.members.push(Member { factor: at, level, offset: own.size, products });
                own.size += factor.width();
                if own.size > MOST_TOGETHER {
                    return Err(Error::Invalid(format!(
                        "more than {MOST_TOGETHER} effects of smaller groupings hang together: leave a grouping out"
                    )));
                }
            }
        }
    }
    let effects = Effects::new(factors, random, kept);
    fill(&mut components, factors, &effects, rows, width, (&starts, &places));
    Ok(components)
}

fn find(root: &mut [usize], mut node: usize) -> usize {
    while root[node] != node {
        root[node] = root[root[node]];
        node = root[node];
    }
    node
}

/// A column that is divided by its scale; none for an intercept.
type Column<'a> = Option<(&'a [f64], f64)>;

/// The columns of the effects of each factor.
struct Effects<'a> {
    columns: Vec<Vec<Column<'a>>>,
    kept: &'a [usize],
}

impl<'a> Effects<'a> {
    fn new(factors: &[Factor], random: &'a [RandomEffects], kept: &'a [usize]) -> Self {
        let column = |(set, effect): (usize, usize), scale: f64| -> Column<'a> {
            random[set].slope(effect).map(|term| (term.values.as_slice(), scale))
        };
        let of =
            |factor: &Factor| factor.sources.iter().zip(&factor.scales).map(|(source, scale)| column(*source, *scale)).collect();
        Self { columns: factors.iter().map(of).collect(), kept }
    }

    /// Writes the values of a row, factor by factor.
    fn fill(&self, place: usize, values: &mut [Vec<f64>]) {
        let at = self.kept[place];
        for (columns, slots) in self.columns.iter().zip(values) {
            for (column, slot) in columns.iter().zip(slots) {
                *slot = column.map_or(1.0, |(values, scale)| values[at] / scale);
            }
        }
    }
}

/// Sums the products of all rows into their blocks. Levels of all factors are numbered from the factor's start; the place of
/// each is its component, and which lead or column it is there.
fn fill(
    components: &mut [Component],
    factors: &[Factor],
    effects: &Effects<'_>,
    rows: &Standardised<'_>,
    width: usize,
    (starts, places): (&[usize], &[(usize, usize)]),
) {
    let mut links: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut pairs: BTreeMap<(usize, usize, usize), usize> = BTreeMap::new();
    let mut members: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, component) in components.iter().enumerate() {
        members.extend(component.members.iter().enumerate().map(|(place, member)| ((at, member.offset), place)));
    }
    let mut values: Vec<Vec<f64>> = factors.iter().map(|factor| vec![0.0; factor.width()]).collect();
    let mut fixed = vec![1.0; width];
    for row in 0..rows.len() {
        rows.fill(row, &mut fixed);
        effects.fill(row, &mut values);
        let (at, lead) = places[factors[0].codes[row]];
        let component = &mut components[at];
        add_products(&values[0], &values[0], &mut component.leads[lead].gram);
        add_products(&values[0], &fixed, &mut component.leads[lead].products);
        for (one, factor) in factors.iter().enumerate().skip(1) {
            let node = starts[one] + factor.codes[row];
            let offset = places[node].1;
            let list = &mut component.leads[lead].links;
            let link = *links.entry((factors[0].codes[row], offset)).or_insert_with(|| {
                list.push(Link { factor: one, offset, products: vec![0.0; factor.width() * factors[0].width()] });
                list.len() - 1
            });
            add_products(&values[one], &values[0], &mut list[link].products);
            if let Some(member) = members.get(&(at, offset)) {
                add_products(&values[one], &fixed, &mut component.members[*member].products);
            }
            for (other, second) in factors.iter().enumerate().take(one + 1).skip(1) {
                let low = places[starts[other] + second.codes[row]].1;
                let ((high_factor, high), (low_factor, low)) =
                    if offset >= low { ((one, offset), (other, low)) } else { ((other, low), (one, offset)) };
                let list = &mut component.pairs;
                let pair = *pairs.entry((at, high, low)).or_insert_with(|| {
                    let products = vec![0.0; factors[high_factor].width() * factors[low_factor].width()];
                    list.push(Pair { factors: (high_factor, low_factor), offsets: (high, low), products });
                    list.len() - 1
                });
                add_products(&values[high_factor], &values[low_factor], &mut list[pair].products);
            }
        }
    }
}
