//! One file: how it came to be written, how far it has come, and what is known of it besides.

use crate::finding::Moment;
use crate::open::danger;
use crate::program::StepRef;
use crate::protocol::{Event, Found, Stage, Stages};
use crate::value::Value;
use atomic_lint_catalog::OpenAs;
use atomic_lint_ir::{Name, Twin};
use atomic_lint_source::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a file came to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    /// Opened; a handle writes it.
    Opened(OpenAs),
    /// Created, written and closed by one call.
    Whole,
    /// Copied from another file by one call.
    Copied,
    /// Staged and renamed by a library that does all of it.
    Replaced,
    /// A temporary file with a name that nobody can guess.
    Temporary,
    /// The handle was given.
    Given,
}

impl Origin {
    /// Of two ways to have opened a file at one step, the more dangerous.
    fn worse(self, other: Origin) -> Origin {
        match (self, other) {
            (Origin::Opened(mine), Origin::Opened(theirs)) if danger(theirs) > danger(mine) => other,
            _ => self,
        }
    }
}

/// Where something happened to a file first, and whether it did on every way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) place: Place,
    pub(crate) always: bool,
}

/// One file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct File {
    pub(crate) origin: Origin,
    pub(crate) stages: Stages,
    /// Its path.
    pub(crate) path: Value,
    /// The step that opened it.
    pub(crate) step: StepRef,
    /// The whole call that opened it.
    pub(crate) place: Place,
    /// What is called there.
    pub(crate) api: Name,
    /// What of the runtime does the same.
    pub(crate) twin: Option<Twin>,
    /// The expression of its path, where the opening call has one.
    pub(crate) named: Option<Place>,
    /// The calls that led to that step, outermost first.
    pub(crate) chain: Arc<Vec<StepRef>>,
    /// What happened to it, by moment.
    pub(crate) marks: BTreeMap<Moment, Mark>,
    /// That it is written at all is known by the name of a method only.
    pub(crate) guessed: bool,
    /// Content may have been written in more than one piece, or by something that can fail half-way.
    pub(crate) piecewise: bool,
    /// Its content is known to be empty.
    pub(crate) empty: bool,
    /// Moved to its start, and not elsewhere since.
    pub(crate) rewound: bool,
    /// Written over from its start.
    pub(crate) rewritten: bool,
    /// Cut to nothing, or to what was just written.
    pub(crate) truncated: bool,
    /// Moved to a computed offset.
    pub(crate) offset: bool,
    /// A lock was taken on it.
    pub(crate) locked: bool,
    /// Code that is not known got the handle.
    pub(crate) handed: bool,
    /// It is open, and content waits in its buffer.
    pub(crate) waits: bool,
    /// Deleted when its life ends, unless kept.
    pub(crate) deletes: bool,
    /// A field holds it, and what the other methods did to it comes in no certain order.
    pub(crate) tabled: bool,
    /// Unlinked again, on every way.
    pub(crate) removed: bool,
    /// An error has left a function with the file unpublished, and nobody has unlinked it since.
    pub(crate) left: bool,
    /// It is unlinked on some way.
    pub(crate) cleaned: bool,
    /// Content was written by a call that is known to write.
    pub(crate) wrote: bool,
    /// Where it was published.
    pub(crate) publishes: BTreeSet<Place>,
    /// Where it was published, and as what.
    pub(crate) published: Option<Value>,
    /// The calls that led to the function that published it.
    pub(crate) published_in: Option<Arc<Vec<StepRef>>>,
    /// The directory it lies in was renamed as a whole.
    pub(crate) moved_with_directory: bool,
    /// A write to it has failed here, and nothing has been made of that.
    pub(crate) torn: Option<Place>,
    /// A sync of it has failed.
    pub(crate) unsynced: bool,
    /// Its mode was set.
    pub(crate) has_mode: bool,
    /// Where its mode was first set after it was published.
    pub(crate) late_mode: Option<Place>,
    /// It was opened after something else had failed.
    pub(crate) retried: bool,
    /// Where it was first appended to.
    pub(crate) appended: Option<Place>,
}

impl File {
    /// A file that `step`, at `place`, brings into play.
    pub(crate) fn new(origin: Origin, path: Value, step: StepRef, place: Place, chain: Arc<Vec<StepRef>>) -> Self {
        File {
            origin,
            stages: first_stage(origin),
            path,
            step,
            place,
            api: Name::default(),
            twin: None,
            named: None,
            chain,
            guessed: false,
            marks: BTreeMap::new(),
            piecewise: false,
            empty: false,
            rewound: false,
            rewritten: false,
            truncated: false,
            offset: false,
            locked: false,
            handed: false,
            waits: false,
            deletes: false,
            tabled: false,
            removed: false,
            left: false,
            cleaned: false,
            wrote: false,
            publishes: BTreeSet::new(),
            published: None,
            published_in: None,
            moved_with_directory: false,
            torn: None,
            unsynced: false,
            has_mode: false,
            late_mode: None,
            retried: false,
            appended: None,
        }
    }

    /// Whether it stays behind, unpublished, where nothing more is done.
    pub(crate) fn is_left(&self) -> bool {
        let made = match self.origin {
            Origin::Opened(how) => !matches!(how, OpenAs::Read | OpenAs::Append | OpenAs::Unknown),
            Origin::Whole | Origin::Copied | Origin::Temporary => true,
            Origin::Replaced | Origin::Given => false,
        };
        made && !self.stages.may_be_published() && !self.removed && !self.deletes
    }

    /// Whether `event` writes content; who is handed a file that can be read too may want to read it.
    fn is_written_by(&self, event: Event) -> bool {
        match event {
            Event::Write { .. } => true,
            Event::Handed { .. } => self.origin == Origin::Opened(OpenAs::Write),
            _ => false,
        }
    }

    /// Applies `event` at `place`; what is wrong with that.
    pub(crate) fn advance(&mut self, event: Event, place: Place) -> Vec<Found> {
        let (stages, found) = self.stages.after(event);
        self.stages = stages;
        self.wrote |= matches!(event, Event::Write { .. });
        self.rewritten |= self.rewound && self.is_written_by(event);
        self.waits |= matches!(event, Event::Write { buffered: true });
        // What is written then is new: that it is synced too is no second try.
        self.unsynced &= !matches!(event, Event::Write { .. } | Event::Handed { .. });
        self.waits &= !matches!(event, Event::Flush | Event::Sync { flushes: true } | Event::Finished);
        match event {
            Event::Write { .. } | Event::Handed { .. } => self.mark(Moment::Write, place),
            Event::Flush => self.mark(Moment::Flush, place),
            Event::Sync { .. } => self.mark(Moment::Sync, place),
            Event::Publish { .. } => {
                self.publishes.insert(place);
                self.mark(Moment::Publish, place);
            }
            Event::SyncDirectory => {}
            Event::Finished => self.mark(Moment::Sync, place),
        }
        found
    }

    /// The file as a method finds it in a field: where another method moved to, or wrote over what was there,
    /// comes in no certain order with what this one does.
    pub(crate) fn as_found_in_field(&self) -> File {
        let mut file = File { tabled: true, torn: None, unsynced: false, ..self.clone() };
        if matches!(file.origin, Origin::Opened(OpenAs::Write | OpenAs::Update) | Origin::Given) {
            (file.rewound, file.rewritten) = (false, false);
            (file.truncated, file.offset) = (false, false);
            file.marks.retain(|moment, _| *moment == Moment::Open);
        }
        file
    }

    /// Notes that `moment` came at `place`.
    pub(crate) fn mark(&mut self, moment: Moment, place: Place) {
        let earlier = self.marks.get(&moment).map(|mark| mark.place);
        // The place itself was here before where the write stands in a loop.
        if moment == Moment::Write && earlier.is_some() {
            self.piecewise = true;
        }
        // The last publish and sync are the ones that count; of writes and locks the first is shown.
        let place = match (moment, earlier) {
            (Moment::Write | Moment::Open | Moment::Lock, Some(earlier)) => earlier,
            _ => place,
        };
        self.marks.insert(moment, Mark { place, always: true });
    }

    /// What it is called: the target once it is published.
    pub(crate) fn name_now(&self) -> &Value {
        self.published.as_ref().unwrap_or(&self.path)
    }

    /// Whether any content went into it, or may have.
    pub(crate) fn written(&self) -> bool {
        self.marks.contains_key(&Moment::Write)
    }

    /// Adds what may hold on another way; whether that changed anything.
    pub(crate) fn join(&mut self, other: &File, ways: Ways) -> bool {
        let before = self.clone();
        self.origin = self.origin.worse(other.origin);
        self.stages = self.stages.union(other.stages);
        self.path.join(&other.path);
        for (moment, mark) in &mut self.marks {
            match other.marks.get(moment) {
                Some(theirs) => {
                    mark.always &= theirs.always;
                    mark.place = mark.place.min(theirs.place);
                }
                None => mark.always = false,
            }
        }
        for (moment, mark) in &other.marks {
            self.marks.entry(*moment).or_insert(Mark { place: mark.place, always: false });
        }
        self.piecewise |= other.piecewise;
        self.guessed |= other.guessed;
        self.empty &= other.empty;
        self.rewound |= other.rewound;
        self.rewritten |= other.rewritten;
        self.truncated |= other.truncated;
        self.offset |= other.offset;
        self.locked |= other.locked;
        self.handed |= other.handed;
        self.wrote |= other.wrote;
        self.publishes.extend(&other.publishes);
        self.waits |= other.waits;
        self.deletes |= other.deletes;
        self.tabled |= other.tabled;
        self.removed = ways.removed(self.removed, other.removed);
        self.left |= other.left;
        self.cleaned |= other.cleaned;
        self.moved_with_directory |= other.moved_with_directory;
        self.torn = self.torn.or(other.torn);
        self.unsynced |= other.unsynced;
        self.has_mode |= other.has_mode;
        self.late_mode = self.late_mode.or(other.late_mode);
        self.retried |= other.retried;
        self.appended = self.appended.or(other.appended);
        if self.published_in.is_none() {
            self.published_in.clone_from(&other.published_in);
        }
        match (&mut self.published, &other.published) {
            (Some(mine), Some(theirs)) => {
                mine.join(theirs);
            }
            (None, Some(theirs)) => self.published = Some(theirs.clone()),
            (_, None) => {}
        }
        *self != before
    }
}

/// On which of two ways that meet a step has failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ways {
    pub(crate) mine_failed: bool,
    pub(crate) theirs_failed: bool,
}

impl Ways {
    /// What becomes of a file where a step failed says nothing of where all went well.
    fn removed(self, mine: bool, theirs: bool) -> bool {
        match (self.mine_failed, self.theirs_failed) {
            (true, false) => theirs,
            (false, true) => mine,
            (false, false) | (true, true) => mine && theirs,
        }
    }
}

/// The stages of a file that was just opened that way.
fn first_stage(origin: Origin) -> Stages {
    Stages::only(match origin {
        Origin::Opened(_) | Origin::Temporary => Stage::Fresh,
        Origin::Whole | Origin::Copied => Stage::Written,
        Origin::Replaced => Stage::Durable,
        Origin::Given => Stage::Unknown,
    })
}
