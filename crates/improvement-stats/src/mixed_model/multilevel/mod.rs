//! Models in which intercepts and slopes differ between the groups of one or several groupings.

mod blocks;
mod criterion;
mod dense;
mod search;

use nalgebra::{DMatrix, DVector};

use super::data::Term;
use super::result::{DegreesOfFreedom, FixedEffect, MixedOptions, fixed_effect, undo_scaling};
use crate::{Error, Result, Warning, check_level};
use blocks::Blocks;
use criterion::{LevelEffects, Point, Spread};
use search::{curvature, eigen, lowest, slopes};

/// Effects that differ from group to group of one grouping. All effects of one such set may be correlated; two sets with the
/// same groups are not correlated with one another.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomEffects {
    /// Name of the grouping for reports.
    pub name: String,
    /// The group's number of each row.
    pub groups: Vec<usize>,
    /// Whether the intercept differs.
    pub intercept: bool,
    /// The predictors whose slope differs.
    pub slopes: Vec<Term>,
}

impl RandomEffects {
    /// An intercept that differs between groups; slopes are added with [`RandomEffects::with_slope`].
    ///
    /// ```
    /// use improvement_stats::mixed_model::RandomEffects;
    /// assert!(RandomEffects::new("school", vec![0, 0, 1]).intercept);
    /// ```
    pub fn new(name: impl Into<String>, groups: Vec<usize>) -> Self {
        Self { name: name.into(), groups, intercept: true, slopes: Vec::new() }
    }

    /// The same with one more slope that differs between groups.
    ///
    /// ```
    /// use improvement_stats::mixed_model::{RandomEffects, Term};
    /// let effects = RandomEffects::new("school", vec![0, 0, 1]).with_slope(Term::new("year", vec![1.0, 2.0, 1.0]));
    /// assert_eq!(effects.slopes[0].name, "year");
    /// ```
    #[must_use]
    pub fn with_slope(mut self, slope: Term) -> Self {
        self.slopes.push(slope);
        self
    }

    /// The slope among the effects at this place; none for the intercept.
    fn slope(&self, place: usize) -> Option<&Term> {
        self.slopes.get(place.checked_sub(usize::from(self.intercept))?)
    }

    fn effect(&self, place: usize) -> &str {
        self.slope(place).map_or("(Intercept)", |slope| &slope.name)
    }
}

/// How much an effect differs between groups, or how two effects go together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct VarianceComponent {
    /// Name of the grouping.
    pub grouping: String,
    /// The effect; "(Intercept)" for the intercept.
    pub term: String,
    /// The other effect, for a covariance.
    pub with: Option<String>,
    /// Variance of the effect, or covariance of the two.
    pub variance: f64,
    /// Standard deviation of the effect; none for a covariance.
    pub standard_deviation: Option<f64>,
    /// Correlation of the two effects; none for a variance, and where one of the two does not differ.
    pub correlation: Option<f64>,
}

/// One group's deviation in one effect, pulled towards 0 by as much as it may be chance.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RandomEffect {
    /// Name of the grouping.
    pub grouping: String,
    /// The group's number as given.
    pub group: usize,
    /// The effect; "(Intercept)" for the intercept.
    pub term: String,
    /// Complete rows of the group.
    pub n: usize,
    /// Its predicted deviation from what the fixed effects say.
    pub estimate: f64,
    /// Standard deviation of the deviation, given the fixed effects.
    pub standard_error: f64,
}

/// A grouping and the number of its groups.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Grouping {
    /// Its name.
    pub name: String,
    /// Its groups with complete rows.
    pub groups: usize,
}

/// A fitted model with effects that differ between groups.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MultilevelModel {
    /// Intercept first, then the terms in the order given.
    pub fixed: Vec<FixedEffect>,
    /// Covariance of the fixed effects.
    pub covariance: Vec<Vec<f64>>,
    /// Variances and covariances between groups: for each set its variances, then its covariances.
    pub variance_components: Vec<VarianceComponent>,
    /// Variance that is left within groups.
    pub residual_variance: f64,
    /// Log-likelihood, restricted when fitted by REML.
    pub log_likelihood: f64,
    /// −2 times it.
    pub deviance: f64,
    /// An effect, or a mixture of effects, does not seem to differ between groups.
    pub singular: bool,
    /// Predicted deviations of the groups, by grouping, group and effect.
    pub group_effects: Vec<RandomEffect>,
    /// Complete rows.
    pub n: usize,
    /// The groupings, in the order given.
    pub groupings: Vec<Grouping>,
    /// Rows left out because a value was missing.
    pub rows_dropped: usize,
    /// "REML" or "ML".
    pub method: &'static str,
    /// How degrees of freedom were found.
    pub df_method: DegreesOfFreedom,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// What goes with the response when slopes differ between groups, too, or when groups lie in groups?
///
/// Use it where a practice may help one school more than another (a slope that differs), or where pupils lie in classes and
/// classes in schools (several groupings, nested or crossed). Let a slope differ when its term is measured at several values
/// within groups and the question is about its mean: a model that lets only the intercept differ is too sure then. For an
/// intercept alone [`super::mixed_model`] gives the same answer and knows Kenward and Roger's correction. Not for counts and
/// shares near 0 or 1, nor below about five groups. A fixed intercept is always fitted; each term, the response and each
/// group's number have one value a row; NaN is missing and drops the row.
///
/// Formula: response = intercept + terms × effects + the group's deviations × their columns + residual; deviations of a group
/// are normal with any covariance. The deviance is profiled over the Cholesky factor of that covariance in units of the
/// residual variance. Degrees of freedom are Satterthwaite's.
///
/// # Errors
/// [`Error::Empty`] without random effects, [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::TooFew`] (rows at least
/// effects + 2, two groups in each grouping), [`Error::Singular`] when a term is a mixture of others, [`Error::Invalid`] for a
/// constant term or response, for as many effects of groups as rows, for more than 3,000 effects of smaller groupings that hang
/// together, or for Kenward-Roger; [`Error::Undefined`] when nothing is left unexplained, [`Error::NoConvergence`].
///
/// Source: Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67; Kuznetsova, Brockhoff & Christensen
/// (2017), Journal of Statistical Software 82.
///
/// ```
/// use improvement_stats::mixed_model::{MixedOptions, RandomEffects, Term, multilevel_model};
/// let year = |i: usize| (i % 4) as f64;
/// let slope = |i: usize| [0.2, 0.5, 0.9, 0.4, 0.6][i / 8 % 5];
/// let y: Vec<f64> = (0..80).map(|i| slope(i) * year(i) + (i / 8) as f64 + (i * 7 % 5) as f64 * 0.1).collect();
/// let years = Term::new("year", (0..80).map(year).collect());
/// let schools = RandomEffects::new("school", (0..80).map(|i| i / 8).collect()).with_slope(years.clone());
/// let model = multilevel_model(&y, &[years], &[schools], &MixedOptions::default())?;
/// assert!((model.fixed[1].estimate - 0.52).abs() < 0.1);
/// assert_eq!(model.variance_components.len(), 3);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn multilevel_model(
    response: &[f64],
    terms: &[Term],
    random: &[RandomEffects],
    options: &MixedOptions,
) -> Result<MultilevelModel> {
    check_level(options.level)?;
    if options.df == DegreesOfFreedom::KenwardRoger {
        return Err(Error::Invalid(
            "Kenward-Roger's correction is there for one intercept that differs between groups, (1 | group), alone".into(),
        ));
    }
    let blocks = Blocks::new(response, terms, random)?;
    let spread = Spread::new(&blocks);
    let (reml, freedom) = (options.reml, blocks.freedom(options.reml));
    let mut at = |theta: &[f64]| blocks.at(&spread.matrices(theta));
    let theta = best(&spread, &mut |theta| Ok(at(theta)?.deviance(freedom, reml)))?;
    let point = at(&theta)?;
    let p = blocks.p;
    let variance = point.residual / freedom;
    let (centre, scale) = blocks.scaling[p];
    let back = undo_scaling(&blocks.scaling);
    let mut estimates = &back * &point.coefficients;
    estimates[0] += centre;
    let covariance = &back * (&point.inverse * variance) * back.transpose();
    let contrasts: Vec<DVector<f64>> = (0..p).map(|i| back.row(i).transpose()).collect();
    let freedoms = satterthwaite(&theta, &point, &contrasts, freedom, reml, &mut at)?;
    let names = std::iter::once("(Intercept)").chain(terms.iter().map(|term| term.name.as_str()));
    let fixed = names
        .enumerate()
        .map(|(i, name)| fixed_effect(name, estimates[i], covariance[(i, i)].max(0.0).sqrt(), freedoms[i], options.level))
        .collect();
    let scales: f64 = blocks.scaling[1..p].iter().map(|s| s.1.ln()).sum();
    let deviance = point.deviance(freedom, reml) + 2.0 * freedom * scale.ln() + if reml { 2.0 * scales } else { 0.0 };
    let matrices = spread.matrices(&theta);
    let sigma = variance.sqrt() * scale;
    let singular = spread
        .entries
        .iter()
        .zip(&theta)
        .any(|((factor, row, column), value)| row == column && value.abs() * blocks.factors[*factor].reaches[*row] < 1e-4);
    let groupings = groupings(&blocks, random);
    Ok(MultilevelModel {
        fixed,
        covariance: covariance.row_iter().map(|row| row.iter().copied().collect()).collect(),
        variance_components: variance_components(&blocks, random, &matrices, sigma),
        residual_variance: sigma * sigma,
        log_likelihood: -0.5 * deviance,
        deviance,
        singular,
        group_effects: group_effects(&blocks, random, &matrices, &point, variance.sqrt(), scale)?,
        n: blocks.n,
        rows_dropped: blocks.rows_dropped,
        method: if reml { "REML" } else { "ML" },
        df_method: options.df,
        warnings: warnings(&groupings, singular, blocks.rows_dropped),
        groupings,
    })
}

/// The spread with the smallest deviance: the best of several even ones, and downhill from there.
fn best(spread: &Spread, deviance: &mut impl FnMut(&[f64]) -> Result<f64>) -> Result<Vec<f64>> {
    let mut start: Option<(f64, Vec<f64>)> = None;
    let mut trouble = None;
    for size in [0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0] {
        let theta = spread.even(size);
        match deviance(&theta) {
            Ok(value) if start.as_ref().is_none_or(|(least, _)| value < *least) => start = Some((value, theta)),
            Ok(_) => {}
            Err(error) => trouble = Some(error),
        }
    }
    match (start, trouble) {
        (Some((_, theta)), _) => lowest(theta, deviance),
        (None, Some(error)) => Err(error),
        (None, None) => Err(Error::Empty { what: "the list of random effects" }),
    }
}

/// Degrees of freedom of each contrast from how sure the spreads and the residual variance are.
fn satterthwaite(
    theta: &[f64],
    point: &Point,
    contrasts: &[DVector<f64>],
    freedom: f64,
    reml: bool,
    at: &mut impl FnMut(&[f64]) -> Result<Point>,
) -> Result<Vec<f64>> {
    let size = theta.len();
    let variance = point.residual / freedom;
    let mut bends = DMatrix::zeros(size + 1, size + 1);
    let own = curvature(theta, &mut |place| Ok(at(place)?.at_variance(variance, freedom, reml)))?;
    bends.view_mut((0, 0), (size, size)).copy_from(&own);
    for (i, [slope]) in slopes(theta, &mut |place| Ok([at(place)?.residual]))?.into_iter().enumerate() {
        bends[(i, size)] = -slope / (variance * variance);
        bends[(size, i)] = bends[(i, size)];
    }
    bends[(size, size)] = freedom / (variance * variance);
    // Columns of very different size, as the spreads and the variance can be, would hide one another from the eigenvalues.
    let units = DVector::from_fn(size + 1, |i, _| bends[(i, i)].abs().max(1e-300).sqrt());
    let scaled = DMatrix::from_fn(size + 1, size + 1, |i, j| bends[(i, j)] / (units[i] * units[j]));
    let parts = eigen(scaled)?;
    let mut spreads = vec![Vec::new(); contrasts.len()];
    for direction in 0..size {
        let reach = 1e-3 * theta[direction].abs().max(0.1);
        let mut inverse = |steps: f64| {
            let mut moved = theta.to_vec();
            moved[direction] += steps * reach;
            Ok::<_, Error>(at(&moved)?.inverse)
        };
        let slope = (8.0 * (inverse(1.0)? - inverse(-1.0)?) - (inverse(2.0)? - inverse(-2.0)?)) / (12.0 * reach);
        for (spread, contrast) in spreads.iter_mut().zip(contrasts) {
            spread.push(variance * contrast.dot(&(&slope * contrast)));
        }
    }
    Ok(contrasts
        .iter()
        .zip(spreads)
        .map(|(contrast, mut slope)| {
            let by_variance = contrast.dot(&(&point.inverse * contrast));
            slope.push(by_variance);
            let slope = DVector::from_vec(slope).component_div(&units);
            let turned = parts.eigenvectors.transpose() * slope;
            let unsure: f64 =
                turned.iter().zip(parts.eigenvalues.iter()).filter(|(_, value)| **value > 1e-8).map(|(t, v)| t * t / v).sum();
            (variance * by_variance).powi(2) / unsure
        })
        .collect())
}

/// The covariance of a factor's effects in the units of the response and terms.
fn factor_covariance(blocks: &Blocks, matrices: &[Vec<f64>], factor: usize, sigma: f64) -> DMatrix<f64> {
    let own = &blocks.factors[factor];
    let matrix = DMatrix::from_row_slice(own.width(), own.width(), &matrices[factor]);
    let whole = &matrix * matrix.transpose();
    DMatrix::from_fn(own.width(), own.width(), |i, j| whole[(i, j)] * sigma * sigma / (own.scales[i] * own.scales[j]))
}

fn variance_components(blocks: &Blocks, random: &[RandomEffects], matrices: &[Vec<f64>], sigma: f64) -> Vec<VarianceComponent> {
    let mut components = Vec::new();
    for (set, effects) in random.iter().enumerate() {
        let Some(at) = blocks.factors.iter().position(|factor| factor.sources.iter().any(|source| source.0 == set)) else {
            continue;
        };
        let covariance = factor_covariance(blocks, matrices, at, sigma);
        let columns: Vec<(usize, usize)> =
            blocks.factors[at].sources.iter().enumerate().filter(|(_, s)| s.0 == set).map(|(c, s)| (c, s.1)).collect();
        for (column, effect) in &columns {
            components.push(VarianceComponent {
                grouping: effects.name.clone(),
                term: effects.effect(*effect).to_owned(),
                with: None,
                variance: covariance[(*column, *column)],
                standard_deviation: Some(covariance[(*column, *column)].sqrt()),
                correlation: None,
            });
        }
        for (place, (first, effect)) in columns.iter().enumerate() {
            for (second, other) in &columns[place + 1..] {
                let spread = (covariance[(*first, *first)] * covariance[(*second, *second)]).sqrt();
                components.push(VarianceComponent {
                    grouping: effects.name.clone(),
                    term: effects.effect(*effect).to_owned(),
                    with: Some(effects.effect(*other).to_owned()),
                    variance: covariance[(*first, *second)],
                    standard_deviation: None,
                    correlation: Some(covariance[(*first, *second)] / spread).filter(|_| spread > 0.0),
                });
            }
        }
    }
    components
}

fn group_effects(
    blocks: &Blocks,
    random: &[RandomEffects],
    matrices: &[Vec<f64>],
    point: &Point,
    sigma: f64,
    scale: f64,
) -> Result<Vec<RandomEffect>> {
    let found = blocks.effects(matrices, &point.coefficients)?;
    let mut effects = Vec::new();
    for (factor, levels) in blocks.factors.iter().zip(&found) {
        for (level, LevelEffects { values, spread }) in levels.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let (set, effect) = factor.sources[column];
                let unit = scale / factor.scales[column];
                effects.push(RandomEffect {
                    grouping: random[set].name.clone(),
                    group: factor.labels[level],
                    term: random[set].effect(effect).to_owned(),
                    n: factor.sizes[level],
                    estimate: value * unit,
                    standard_error: sigma * spread[column * values.len() + column].max(0.0).sqrt() * unit,
                });
            }
        }
    }
    Ok(effects)
}

fn groupings(blocks: &Blocks, random: &[RandomEffects]) -> Vec<Grouping> {
    let mut groupings: Vec<(usize, Grouping)> = blocks
        .factors
        .iter()
        .filter_map(|factor| {
            let first = factor.sources.iter().map(|source| source.0).min()?;
            Some((first, Grouping { name: random[first].name.clone(), groups: factor.labels.len() }))
        })
        .collect();
    groupings.sort_by_key(|(first, _)| *first);
    groupings.into_iter().map(|(_, grouping)| grouping).collect()
}

fn warnings(groupings: &[Grouping], singular: bool, rows_dropped: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if singular {
        let message = "Not all effects seem to differ between groups: a simpler model would fit as well.";
        warnings.push(Warning::new("singular_fit", message));
    }
    for grouping in groupings {
        let Grouping { name, groups } = grouping;
        if *groups < 5 {
            let message = format!("{groups} groups of {name} are too few to tell how they differ: compare them one by one.");
            warnings.push(Warning::new("too_few_groups", message));
        } else if *groups < 20 {
            let message = format!("With {groups} groups of {name} errors and intervals are approximate.");
            warnings.push(Warning::new("few_groups", message));
        }
    }
    if rows_dropped > 0 {
        warnings.push(Warning::new("rows_dropped", format!("{rows_dropped} rows with a missing value are left out.")));
    }
    warnings
}
