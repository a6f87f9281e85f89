//! Who took the element of a collection last, as far as it is worth to be known.

use crate::program::StepRef;

/// Of more steps it is not kept which they are: each loop behind another adds one.
const MANY: usize = 8;

/// Steps of which each may be the one that took an element last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Takers(
    /// In order; none where they are too many.
    Option<Vec<StepRef>>,
);

impl Takers {
    /// `step` and no other.
    pub(crate) fn one(step: StepRef) -> Self {
        Takers(Some(vec![step]))
    }

    /// Whether `step` may be the last.
    pub(crate) fn has(&self, step: StepRef) -> bool {
        self.0.as_ref().is_none_or(|steps| steps.binary_search(&step).is_ok())
    }

    /// Adds those of another way; whether that changed anything.
    pub(crate) fn join(&mut self, other: &Takers) -> bool {
        let Some(mine) = &mut self.0 else { return false };
        let before = mine.len();
        match &other.0 {
            Some(theirs) => mine.extend(theirs.iter().filter(|step| !mine.contains(step)).copied().collect::<Vec<_>>()),
            None => {
                self.0 = None;
                return true;
            }
        }
        mine.sort_unstable();
        let changed = mine.len() > before;
        if mine.len() > MANY {
            self.0 = None;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::BodyRef;

    fn step(number: u32) -> StepRef {
        StepRef { body: BodyRef(0), block: 0, step: number }
    }

    #[test]
    fn too_many_are_all_and_stay_so() {
        let mut takers = Takers::one(step(0));
        assert!(takers.has(step(0)) && !takers.has(step(1)));
        assert!((1..=MANY as u32).all(|number| takers.join(&Takers::one(step(number)))));
        assert!(takers.has(step(99)));
        assert!(!takers.join(&Takers::one(step(99))) && !takers.join(&takers.clone()));
    }
}
