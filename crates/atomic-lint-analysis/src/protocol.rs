//! The protocol itself: what each effect makes of a file at each stage.
//!
//! This is the one table that every ordering rule is an arm of. It knows nothing of paths,
//! languages or rules, only of the order of write, flush, sync and publish.

/// How far one file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stage {
    /// Nothing is known of what was done to it.
    Unknown,
    /// Opened, nothing written.
    Fresh,
    /// Content waits in a user-space buffer.
    Dirty,
    /// All content was handed to the kernel.
    Written,
    /// All content is on the device.
    Synced,
    /// Renamed over the target.
    Published,
    /// The directory was synced after that.
    Durable,
}

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Content is written, into a user-space buffer or straight to the kernel.
    Write { buffered: bool },
    /// Code that is not known gets the handle and probably writes.
    Handed { buffered: bool },
    /// Code that is not known gets the handle and may flush or sync it.
    Finished,
    /// The user-space buffer goes to the kernel; closing does that too.
    Flush,
    /// The kernel puts the content on the device; `flushes` where the call empties the buffer first.
    Sync { flushes: bool },
    /// The file is renamed over the target; `syncs` where the call syncs content and directory itself.
    Publish { syncs: bool },
    /// The directory that holds the target is synced.
    SyncDirectory,
}

/// What is wrong with the order of two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fault {
    /// The sync came while the buffer still held content.
    SyncBeforeFlush,
    /// Published while the buffer still held content.
    PublishBeforeFlush,
    /// Published without a sync of the content.
    PublishBeforeSync,
    /// Written or synced after it was published.
    Late,
}

/// The protocol: the stage after `event`, and what is wrong with it.
pub(crate) fn advance(stage: Stage, event: Event) -> (Stage, Option<Fault>) {
    use Event::{Finished, Flush, Handed, Publish, Sync, SyncDirectory, Write};
    use Stage::{Dirty, Durable, Fresh, Published, Synced, Unknown, Written};
    match (stage, event) {
        (Unknown | Fresh | Dirty | Written | Synced, Write { buffered: true }) => (Dirty, None),
        (Dirty, Write { buffered: false }) => (Dirty, None),
        (Unknown | Fresh | Written | Synced, Write { buffered: false }) => (Written, None),
        (Published | Durable, Write { .. }) => (stage, Some(Fault::Late)),

        (Unknown | Fresh | Dirty | Written | Synced, Handed { buffered: true }) => (Dirty, None),
        (Dirty, Handed { buffered: false }) => (Dirty, None),
        (Unknown | Fresh | Written | Synced, Handed { buffered: false }) => (Written, None),
        (Published | Durable, Handed { .. }) => (stage, None),

        (Unknown | Fresh | Dirty | Written | Synced, Finished) => (Unknown, None),
        (Published | Durable, Finished) => (stage, None),

        (Dirty, Flush) => (Written, None),
        (Unknown | Fresh | Written | Synced | Published | Durable, Flush) => (stage, None),

        // One cause is one fault: what follows from this one is not told again.
        (Dirty, Sync { flushes: false }) => (Unknown, Some(Fault::SyncBeforeFlush)),
        (Dirty, Sync { flushes: true }) => (Synced, None),
        (Unknown | Fresh | Written | Synced, Sync { .. }) => (Synced, None),
        (Published, Sync { .. }) => (Published, Some(Fault::Late)),
        (Durable, Sync { .. }) => (Durable, None),

        (Dirty, Publish { syncs: false }) => (Published, Some(Fault::PublishBeforeFlush)),
        (Dirty, Publish { syncs: true }) => (Durable, Some(Fault::PublishBeforeFlush)),
        (Fresh | Written, Publish { syncs: false }) => (Published, Some(Fault::PublishBeforeSync)),
        (Unknown | Synced | Published | Durable, Publish { syncs: false }) => (Published, None),
        (Unknown | Fresh | Written | Synced | Published | Durable, Publish { syncs: true }) => (Durable, None),

        (Published, SyncDirectory) => (Durable, None),
        (Unknown | Fresh | Dirty | Written | Synced | Durable, SyncDirectory) => (stage, None),
    }
}

/// The stages a file may be at: one for every way that leads here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stages(u8);

/// A fault with how many of the stages have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) fault: Fault,
    /// On every way, not only on some.
    pub(crate) always: bool,
    /// On some way on which content was written it is right.
    pub(crate) right_somewhere: bool,
    /// Content was written on some way on which it is wrong.
    pub(crate) written: bool,
}

impl Stages {
    const ORDER: [Stage; 7] =
        [Stage::Unknown, Stage::Fresh, Stage::Dirty, Stage::Written, Stage::Synced, Stage::Published, Stage::Durable];

    /// Exactly `stage`.
    pub(crate) fn only(stage: Stage) -> Self {
        Stages(1 << stage as u8)
    }

    /// The stages of both.
    pub(crate) fn union(self, other: Stages) -> Stages {
        Stages(self.0 | other.0)
    }

    /// Whether `stage` is among them.
    pub(crate) fn has(self, stage: Stage) -> bool {
        self.0 & (1 << stage as u8) != 0
    }

    /// Whether the file may not have been published.
    pub(crate) fn may_be_unpublished(self) -> bool {
        self.iter().any(|stage| stage < Stage::Published)
    }

    /// Whether the file may have been published.
    pub(crate) fn may_be_published(self) -> bool {
        self.iter().any(|stage| stage >= Stage::Published)
    }

    /// Those before the publish, or nothing.
    pub(crate) fn unpublished(self) -> Option<Stages> {
        let mask = (1 << Stage::Published as u8) - 1;
        (self.0 & mask != 0).then_some(Stages(self.0 & mask))
    }

    /// The stages after `event`, and the faults that some or all of them have.
    pub(crate) fn after(self, event: Event) -> (Stages, Vec<Found>) {
        let mut next = 0;
        let mut faults: Vec<(Fault, usize, bool)> = Vec::new();
        let mut count = 0;
        let mut right_somewhere = false;
        for stage in self.iter() {
            let (to, fault) = advance(stage, event);
            next |= 1 << to as u8;
            count += 1;
            let Some(fault) = fault else {
                right_somewhere |= stage != Stage::Fresh;
                continue;
            };
            let written = stage != Stage::Fresh;
            match faults.iter_mut().find(|(known, ..)| *known == fault) {
                Some((_, times, any)) => {
                    *times += 1;
                    *any |= written;
                }
                None => faults.push((fault, 1, written)),
            }
        }
        let found = faults.into_iter().map(|(fault, times, written)| Found {
            fault,
            always: times == count,
            right_somewhere,
            written,
        });
        (Stages(next), found.collect())
    }

    fn iter(self) -> impl Iterator<Item = Stage> {
        Self::ORDER.into_iter().filter(move |stage| self.has(*stage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(events: &[Event]) -> (Stages, Vec<Found>) {
        let mut stages = Stages::only(Stage::Fresh);
        let mut faults = Vec::new();
        for event in events {
            let (next, found) = stages.after(*event);
            stages = next;
            faults.extend(found);
        }
        (stages, faults)
    }

    const WRITE: Event = Event::Write { buffered: true };
    const SYNC: Event = Event::Sync { flushes: false };
    const PUBLISH: Event = Event::Publish { syncs: false };

    #[test]
    fn the_whole_protocol_has_no_fault() {
        let (stages, faults) = run(&[WRITE, Event::Flush, SYNC, PUBLISH, Event::SyncDirectory]);
        assert_eq!(faults, []);
        assert_eq!(stages, Stages::only(Stage::Durable));
    }

    #[test]
    fn every_missing_step_is_its_own_fault() {
        let fault = |events: &[Event]| run(events).1.first().map(|found| found.fault);
        assert_eq!(fault(&[WRITE, SYNC]), Some(Fault::SyncBeforeFlush));
        assert_eq!(fault(&[WRITE, PUBLISH]), Some(Fault::PublishBeforeFlush));
        assert_eq!(fault(&[WRITE, Event::Flush, PUBLISH]), Some(Fault::PublishBeforeSync));
        assert_eq!(fault(&[WRITE, Event::Flush, SYNC, PUBLISH, WRITE]), Some(Fault::Late));
    }

    #[test]
    fn sync_on_one_branch_is_not_enough() {
        let either = Stages::only(Stage::Written).union(Stages::only(Stage::Synced));
        let (_, faults) = either.after(PUBLISH);
        let found = Found { fault: Fault::PublishBeforeSync, always: false, right_somewhere: true, written: true };
        assert_eq!(faults, [found]);
    }

    #[test]
    fn nothing_is_said_of_an_unknown_file() {
        for event in [PUBLISH, SYNC, Event::Flush, Event::SyncDirectory, Event::Finished] {
            assert_eq!(Stages::only(Stage::Unknown).after(event).1, [], "{event:?}");
        }
    }

    const EVENTS: [Event; 10] = [
        Event::Write { buffered: true },
        Event::Write { buffered: false },
        Event::Handed { buffered: true },
        Event::Handed { buffered: false },
        Event::Finished,
        Event::Flush,
        Event::Sync { flushes: false },
        Event::Sync { flushes: true },
        Event::Publish { syncs: false },
        Event::Publish { syncs: true },
    ];

    /// Every set of stages with every set that it is part of.
    fn with_more() -> impl Iterator<Item = (Stages, Stages)> {
        let sets = 1..1 << Stages::ORDER.len();
        sets.clone().flat_map(move |some: u8| {
            sets.clone().filter(move |more| more & some == some).map(move |more| (Stages(some), Stages(more)))
        })
    }

    #[test]
    fn one_more_way_takes_no_stage_and_no_fault_away() {
        for (some, more) in with_more() {
            for event in EVENTS.into_iter().chain([Event::SyncDirectory]) {
                let ((next, faults), (next_of_more, faults_of_more)) = (some.after(event), more.after(event));
                assert_eq!(next.union(next_of_more), next_of_more, "{some:?} {more:?} {event:?}");
                for found in faults {
                    let same = faults_of_more.iter().find(|other| other.fault == found.fault);
                    let same = same.unwrap_or_else(|| panic!("{some:?} {more:?} {event:?}: {found:?} is lost"));
                    assert!(found.always || !same.always, "one more way does not make sure");
                    assert!(same.written || !found.written, "what was written stays so");
                    assert!(same.right_somewhere || !found.right_somewhere, "a way that is right stays one");
                }
            }
        }
    }

    #[test]
    fn a_fault_is_on_every_way_only_if_each_has_it() {
        for (some, _) in with_more() {
            for event in EVENTS {
                for found in some.after(event).1 {
                    let has =
                        |stage: Stage| Stages::only(stage).after(event).1.iter().any(|one| one.fault == found.fault);
                    assert_eq!(found.always, some.iter().all(has), "{some:?} {event:?}");
                }
            }
        }
    }
}
