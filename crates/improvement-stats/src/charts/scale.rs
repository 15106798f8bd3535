use super::attributes::{laney_factor, overall};
use super::control::ChartKind;
use super::individuals::{D4, normalised_sigma, sigma};
use super::run_chart::median;

/// Centre and spread of one phase.
pub(super) struct Scale {
    /// The drawn centre.
    pub centre: f64,
    /// What limits are counted from, before transforming back.
    pub middle: f64,
    /// Sigma at each point of the whole series, before transforming back.
    pub sigma: Vec<Option<f64>>,
    /// Limits are cut here.
    pub range: (f64, f64),
    /// Drawn = scale ^ power.
    pub power: f64,
}

fn mean(values: &[Option<f64>], places: &[usize]) -> Option<f64> {
    let present: Vec<f64> = places.iter().filter_map(|&i| values[i]).collect();
    (!present.is_empty()).then(|| present.iter().sum::<f64>() / present.len() as f64)
}

/// Centre and spread of a phase from its baseline points; absent when all of them are missing.
pub(super) fn scale(
    kind: ChartKind,
    raw: &[Option<f64>],
    plotted: &[Option<f64>],
    sizes: &[Option<f64>],
    base: &[usize],
    screen: bool,
) -> Option<Scale> {
    let same = |sigma: Option<f64>| vec![sigma; raw.len()];
    let by_size = |f: &dyn Fn(f64) -> f64| sizes.iter().map(|size| size.map(f)).collect::<Vec<_>>();
    let plain =
        |centre: f64, sigma: Vec<Option<f64>>, range: (f64, f64)| Scale { centre, middle: centre, sigma, range, power: 1.0 };
    let anywhere = (f64::NEG_INFINITY, f64::INFINITY);
    let from_zero = (0.0, f64::INFINITY);
    Some(match kind {
        ChartKind::XBar | ChartKind::S => return None,
        ChartKind::Individuals => plain(mean(raw, base)?, same(sigma(raw, base, screen)), anywhere),
        ChartKind::MovingRange => {
            let centre = mean(plotted, base)?;
            // Counted from 0, since the handbooks give the upper limit as 3.267 times the mean.
            let sigma = centre * D4 / 3.0;
            let sigma = same((sigma > 0.0).then_some(sigma));
            Scale { centre, middle: 0.0, sigma, range: from_zero, power: 1.0 }
        }
        ChartKind::C => {
            let centre = mean(raw, base)?;
            plain(centre, same(Some(centre.sqrt())), from_zero)
        }
        ChartKind::P | ChartKind::PPrime | ChartKind::U | ChartKind::UPrime => {
            let centre = overall(raw, sizes, base)?;
            let share = matches!(kind, ChartKind::P | ChartKind::PPrime);
            let variance = if share { centre * (1.0 - centre) } else { centre };
            let mut sigma = by_size(&|size| (variance.max(0.0) / size).sqrt());
            if matches!(kind, ChartKind::PPrime | ChartKind::UPrime) && variance > 0.0 {
                let factor = laney_factor(plotted, centre, &sigma, base, screen);
                sigma.iter_mut().for_each(|s| *s = s.zip(factor).map(|(s, factor)| s * factor));
            }
            plain(centre, sigma, if share { (0.0, 1.0) } else { from_zero })
        }
        ChartKind::IPrime => {
            let centre = overall(raw, sizes, base)?;
            let unit = normalised_sigma(plotted, sizes, base, screen);
            let sigma = sizes.iter().map(|size| size.zip(unit).map(|(size, unit)| unit / size.sqrt())).collect();
            plain(centre, sigma, anywhere)
        }
        ChartKind::G => {
            let middle = mean(raw, base)?;
            let centre = median(base.iter().filter_map(|&i| raw[i]).collect())?;
            Scale { centre, middle, sigma: same(Some((middle * (middle + 1.0)).sqrt())), range: from_zero, power: 1.0 }
        }
        ChartKind::T => {
            let roots: Vec<Option<f64>> = raw.iter().map(|v| v.map(|v| v.powf(1.0 / T_POWER))).collect();
            let middle = mean(&roots, base)?;
            let sigma = same(sigma(&roots, base, screen));
            Scale { centre: middle.powf(T_POWER), middle, sigma, range: from_zero, power: T_POWER }
        }
    })
}

/// Times between Poisson events become nearly normal under this root.
const T_POWER: f64 = 3.6;
