//! Session and staff surveys: does the scale hold together, what did people answer, who did not, and may it be shown?
//!
//! [`reliability`] judges a scale of several items, [`answers`] and [`net_score`] sum up one question,
//! [`response_rate`] says how many spoke, and [`answers_by_group`] keeps small groups out of sight.

mod answers;
mod by_group;
mod factor;
mod net;
mod reliability;
mod response;

pub use answers::{AnswerCount, Answers, answers};
pub use by_group::{GroupAnswers, answers_by_group};
pub use net::{NetScore, net_score};
pub use reliability::{ItemReliability, Omega, Reliability, ScaleItems, reliability};
pub use response::{ResponseRate, response_rate};
