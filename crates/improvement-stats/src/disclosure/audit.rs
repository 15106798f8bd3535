//! The proof that hidden cells stay hidden.

use super::LinkedTable;
use super::attack::components;
use crate::{Error, Result, Warning};

/// What an attacker can know of one hidden cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CellBounds {
    /// The cell.
    pub cell: usize,
    /// Smallest whole number it can be.
    pub low: u64,
    /// Largest; absent when nothing published limits it.
    pub high: Option<u64>,
    /// Whether it can be only one number.
    pub disclosed: bool,
    /// Whether its range is narrower than asked for.
    pub too_narrow: bool,
}

/// The outcome of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Audit {
    /// Every hidden cell, in order.
    pub cells: Vec<CellBounds>,
    /// Whether all ranges are at least as wide as asked for.
    pub safe: bool,
    /// Hidden cells.
    pub hidden: usize,
    /// Width asked for.
    pub width: u64,
    /// How it was shown.
    pub method: &'static str,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Can a hidden cell be worked out from what is published?
///
/// Run it on everything that is published together, earlier years and downloads included, as one [`LinkedTable`]. The attacker
/// knows all cells not in `hidden`, all sums, and that counts are 0 or more. One flag a cell; `width` is the smallest range
/// (largest minus smallest value) that counts as hidden, 3 or more.
///
/// Formula: each hidden cell is minimised and maximised subject to the sums, hidden cells that share no sum apart from one
/// another; bounds are rounded inwards to whole numbers.
///
/// # Errors
/// [`Error::LengthMismatch`] for the flags.
///
/// Source: Fischetti & Salazar (2001), Management Science 47; Hundepool et al. (2012).
///
/// ```
/// use improvement_stats::disclosure::{LinkedTable, audit};
/// let table = LinkedTable::from_rows(&[vec![4, 20], vec![15, 30]])?;
/// let mut hidden = vec![false; 9];
/// hidden[0] = true;
/// assert!(audit(&table, &hidden, 3)?.cells[0].disclosed);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn audit(table: &LinkedTable, hidden: &[bool], width: u64) -> Result<Audit> {
    check_flags(table, hidden)?;
    let mut cells = Vec::new();
    let mut incomplete = 0;
    for mut component in components(table, hidden) {
        component.widen_all(table.counts(), f64::INFINITY);
        incomplete += usize::from(component.incomplete);
        cells.reserve_exact(component.cells.len());
        for (unknown, cell) in component.cells.iter().map(|cell| *cell as usize).enumerate() {
            let (low, high) = component.range(unknown);
            let too_narrow = high.is_some_and(|h| h.saturating_sub(low) < width);
            cells.push(CellBounds { cell, low, high, disclosed: high.is_some_and(|h| h <= low), too_narrow });
        }
    }
    cells.sort_by_key(|c| c.cell);
    let mut warnings = Vec::new();
    if incomplete > 0 {
        let message = format!(
            "{incomplete} parts of the table had a linear program that could not be solved: their ranges are at least as wide as shown."
        );
        warnings.push(Warning::new("bounds_incomplete", message));
    }
    Ok(Audit {
        safe: !cells.iter().any(|c| c.too_narrow),
        hidden: cells.len(),
        cells,
        width,
        method: "linear programs over hidden cells, bounds rounded inwards",
        warnings,
    })
}

pub(super) fn check_flags(table: &LinkedTable, flags: &[bool]) -> Result<()> {
    if flags.len() != table.counts().len() {
        let (left_len, right_len) = (table.counts().len(), flags.len());
        return Err(Error::LengthMismatch { left: "cells", left_len, right: "flags", right_len });
    }
    Ok(())
}

/// Hidden cells whose range is narrower than `width`, found with as few linear programs as that takes.
pub(super) fn exposed(table: &LinkedTable, hidden: &[bool], width: u64) -> Vec<usize> {
    let mut exposed = Vec::new();
    for mut component in components(table, hidden) {
        component.widen_all(table.counts(), width as f64 + 1e-3);
        for (unknown, cell) in component.cells.iter().map(|cell| *cell as usize).enumerate() {
            let (low, high) = component.range(unknown);
            if high.is_some_and(|h| h.saturating_sub(low) < width) {
                exposed.push(cell);
            }
        }
    }
    exposed.sort_unstable();
    exposed
}
