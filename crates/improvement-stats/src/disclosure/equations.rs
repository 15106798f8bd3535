//! The sums of a table as equations over its hidden cells, in as little room as the table itself takes.

/// An unknown and its sign: a sum's parts are added, the sum itself is taken away.
#[derive(Clone, Copy)]
struct Term(u32);

/// Terms of several lists, one list behind the other.
#[derive(Default)]
pub(super) struct Terms {
    ends: Vec<u32>,
    terms: Vec<Term>,
}

impl Terms {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Gives back the room for lists that did not come.
    pub fn shrink_to_fit(&mut self) {
        self.ends.shrink_to_fit();
        self.terms.shrink_to_fit();
    }

    /// All lists, in order.
    pub fn iter(&self) -> impl Iterator<Item = impl ExactSizeIterator<Item = (usize, f64)> + Clone> {
        (0..self.len()).map(|list| self.get(list))
    }

    /// A list of unknowns (fewer than 2^31) with their signs, 1 or -1.
    pub fn push(&mut self, list: impl IntoIterator<Item = (usize, f64)>) {
        self.terms.extend(list.into_iter().map(|(unknown, sign)| Term((unknown as u32) << 1 | u32::from(sign < 0.0))));
        self.ends.push(self.terms.len() as u32);
    }

    pub fn get(&self, list: usize) -> impl ExactSizeIterator<Item = (usize, f64)> + Clone {
        let begin = if list == 0 { 0 } else { self.ends[list - 1] as usize };
        let own = &self.terms[begin..self.ends[list] as usize];
        own.iter().map(|Term(term)| ((term >> 1) as usize, if term & 1 == 0 { 1.0 } else { -1.0 }))
    }

    /// For each of the unknowns, in which of these lists it stands (by their place in `kept`) and with which sign.
    pub fn by_unknown(&self, kept: &[u32], unknowns: usize) -> Self {
        // Each list's end is first its beginning, and grows as it fills.
        let mut ends = vec![0; unknowns + 1];
        let terms = || kept.iter().enumerate().flat_map(|(place, list)| self.get(*list as usize).map(move |term| (place, term)));
        terms().for_each(|(_, (unknown, _))| ends[unknown + 1] += 1);
        (0..unknowns).for_each(|unknown| ends[unknown + 1] += ends[unknown]);
        let mut all = vec![Term(0); ends[unknowns] as usize];
        for (place, (unknown, sign)) in terms() {
            all[ends[unknown] as usize] = Term((place as u32) << 1 | u32::from(sign < 0.0));
            ends[unknown] += 1;
        }
        ends.truncate(unknowns);
        Self { ends, terms: all }
    }
}
