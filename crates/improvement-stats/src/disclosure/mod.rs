//! What may be published without telling about single people?
//!
//! Build a [`LinkedTable`] of all counts that leave the house together, mark small cells with [`primary_suppression`] (and
//! shares near 0 or 100 with [`protect_share`]), let [`protect`] choose what else must be hidden, and let [`audit`] prove
//! that no hidden cell can be worked out. [`recoverable_counts`] and [`implied_complement`] show why percentages and nested
//! groups are counts, too.

mod attack;
mod audit;
mod basis;
mod equations;
mod primary;
mod protect;
mod recovery;
mod table;
mod walk;

pub use audit::{Audit, CellBounds, audit};
pub use primary::{PrimaryRule, ShareDisplay, ShareRule, primary_suppression, protect_share};
pub use protect::{ProtectOptions, Suppression, protect};
pub use recovery::{Complement, Recovery, implied_complement, recoverable_counts};
pub use table::{Dimension, LinkedTable, Relation};
