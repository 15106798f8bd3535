use super::options::ChartOptions;
use crate::{Error, Result};

/// Where each point belongs.
pub(super) struct Layout {
    /// Phase of each point, from 0.
    pub phase: Vec<usize>,
    /// Not excluded.
    pub included: Vec<bool>,
    /// Among the first points of its phase that estimates come from.
    pub baseline: Vec<bool>,
    /// Number of phases.
    pub phases: usize,
}

impl Layout {
    pub fn new(points: usize, options: &ChartOptions) -> Result<Self> {
        if points == 0 {
            return Err(Error::Empty { what: "values" });
        }
        if !options.labels.is_empty() && options.labels.len() != points {
            return Err(Error::LengthMismatch {
                left: "values",
                left_len: points,
                right: "labels",
                right_len: options.labels.len(),
            });
        }
        if options.baseline == Some(0) {
            return Err(Error::OutOfRange { what: "baseline", value: 0.0, expected: "at least 1 point" });
        }
        let outside = |what, list: &[usize], least: usize| match list.iter().position(|&p| p >= points || p < least) {
            None => Ok(()),
            Some(index) => {
                Err(Error::OutOfRangeAt { what, index, value: list[index] as f64, expected: "the position of a point" })
            }
        };
        outside("excluded points", &options.excluded, 0)?;
        outside("phase starts", &options.phase_starts, 1)?;
        if !options.phase_starts.is_sorted_by(|a, b| a < b) {
            return Err(Error::Invalid("phase starts must rise from one to the next".into()));
        }
        let mut layout = Self {
            phase: Vec::with_capacity(points),
            included: vec![true; points],
            baseline: Vec::with_capacity(points),
            phases: 1,
        };
        let mut starts = options.phase_starts.iter().copied().peekable();
        let mut since_start = 0;
        for point in 0..points {
            if starts.next_if_eq(&point).is_some() {
                layout.phases += 1;
                since_start = 0;
            }
            layout.phase.push(layout.phases - 1);
            layout.baseline.push(options.baseline.is_none_or(|b| since_start < b));
            since_start += 1;
        }
        for &point in &options.excluded {
            layout.included[point] = false;
        }
        Ok(layout)
    }

    /// Positions of the points of a phase.
    pub fn points_of(&self, phase: usize) -> Vec<usize> {
        (0..self.phase.len()).filter(|&i| self.phase[i] == phase).collect()
    }

    /// Positions of the points of a phase that runs are counted on.
    pub fn included_of(&self, phase: usize) -> Vec<usize> {
        (0..self.phase.len()).filter(|&i| self.phase[i] == phase && self.included[i]).collect()
    }

    /// Positions of the points of a phase that estimates come from.
    pub fn base_of(&self, phase: usize) -> Vec<usize> {
        self.included_of(phase).into_iter().filter(|&i| self.baseline[i]).collect()
    }
}

/// Whether `a` lies above `b` by more than rounding.
pub(super) fn above(a: f64, b: f64) -> bool {
    a - b > 1e-12 * a.abs().max(b.abs())
}
