//! What a reader must know before believing a result.

/// A caution that belongs to a result. It never replaces an error: the figure stands, but not without this sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Warning {
    /// Stable short name for programs, in lower case with underscores ("too_few_groups").
    pub code: &'static str,
    /// One plain sentence for people.
    pub message: String,
}

impl Warning {
    /// A warning from its stable code and its sentence.
    ///
    /// ```
    /// use improvement_stats::Warning;
    /// let warning = Warning::new("few_points", "Only 8 points: limits are provisional.");
    /// assert_eq!(warning.code, "few_points");
    /// ```
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
