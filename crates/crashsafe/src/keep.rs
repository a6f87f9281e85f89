//! Keeping of a replaced file what is not its content: owner, mode, access control list, extended attributes.
//!
//! In this order, because a change of the owner clears bits of the mode (chown(2)), and a change of the mode is one of
//! the access control list (acl(5)).

use crate::sys::{ACCESS_LIST, Attribute, Mode, Node, System};
use std::borrow::Cow;
use std::io;

/// The bit by which a program runs as the owner of its file.
pub(crate) const SET_USER: u32 = 0o4000;
/// The bit by which a program runs as the group of its file.
pub(crate) const SET_GROUP: u32 = 0o2000;
/// What the group may do.
const GROUP: u32 = 0o070;

/// Makes `file` look like `old`, whose attributes are `attributes`. Only the mode is insisted on.
pub(crate) fn keep<S: System>(sys: &S, file: &S::File, old: &Node, attributes: &[Attribute]) -> io::Result<()> {
    let own = sys.file_node(file)?;
    let kept = keep_owner(sys, file, &own, old);
    let mode = match &old.mode {
        Mode::Bits(bits) => Mode::Bits(kept.meaningful(*bits)),
        like => like.clone(),
    };
    let has_list = attributes.iter().any(|attribute| attribute.name == ACCESS_LIST);
    if !has_list {
        // The directory's default list may have given entries to the staging file that the old file does not have.
        let _ = sys.remove_attribute(file, ACCESS_LIST);
    }
    if own.mode != mode {
        sys.set_mode(file, &mode)?;
    }
    for attribute in attributes {
        keep_attribute(sys, file, &kept.meaningful_attribute(attribute), &mode)?;
    }
    match &mode {
        // A truncation, even to the length that the file has, drops what a write by this process would have dropped.
        Mode::Bits(bits) if bits & (SET_USER | SET_GROUP) != 0 => sys.set_len(file, own.len),
        _ => Ok(()),
    }
}

/// Sets one attribute as well as can be.
fn keep_attribute<S: System>(sys: &S, file: &S::File, attribute: &Attribute, mode: &Mode) -> io::Result<()> {
    let is_set = sys.set_attribute(file, attribute).is_ok();
    match mode {
        // Beside a list the group's bits are its mask, which may grant more than the group had.
        Mode::Bits(bits) if !is_set && attribute.name == ACCESS_LIST => sys.set_mode(file, &Mode::Bits(bits & !GROUP)),
        _ => Ok(()),
    }
}

/// Whether user and group could be kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    user: bool,
    group: bool,
}

impl Kept {
    /// Of `bits` those that still let in nobody whom they did not let in before.
    fn meaningful(self, bits: u32) -> u32 {
        let bits = if self.user { bits } else { bits & !SET_USER };
        match self.group {
            true => bits,
            // The file's group is another one now, and may do what everybody may.
            false => bits & !SET_GROUP & (!GROUP | bits << 3),
        }
    }

    /// Of an access list, too, what lets in nobody else: what it grants to the file's group was meant for another one.
    fn meaningful_attribute(self, attribute: &Attribute) -> Cow<'_, Attribute> {
        if self.group || attribute.name != ACCESS_LIST {
            return Cow::Borrowed(attribute);
        }
        Cow::Owned(Attribute { name: attribute.name.clone(), value: with_group_as_others(&attribute.value) })
    }
}

/// Where the entries of an access list begin, and how long each is: a tag and permissions of two bytes, and an id.
const LIST_HEADER: usize = 4;
const LIST_ENTRY: usize = 8;
/// The tag of the entry for the file's group.
const OWNING_GROUP: u8 = 0x04;
/// The tag of the entry for everybody else.
const EVERYBODY: u8 = 0x20;

/// The access list `list`, in the form of the kernel, with no more for the file's group than for everybody.
fn with_group_as_others(list: &[u8]) -> Vec<u8> {
    let mut list = list.to_vec();
    let entries = list.get(LIST_HEADER..).unwrap_or_default().chunks_exact(LIST_ENTRY);
    let everybody = entries.filter(|entry| entry[0] == EVERYBODY).map(|entry| entry[2]).next().unwrap_or(0);
    let entries = list.get_mut(LIST_HEADER..).unwrap_or_default().chunks_exact_mut(LIST_ENTRY);
    entries.filter(|entry| entry[0] == OWNING_GROUP).for_each(|entry| entry[2] &= everybody);
    list
}

/// Gives `file` to the owner of `old`, as far as this process may.
fn keep_owner<S: System>(sys: &S, file: &S::File, own: &Node, old: &Node) -> Kept {
    let (Some((own_user, own_group)), Some((user, group))) = (own.owner, old.owner) else {
        return Kept { user: true, group: true };
    };
    let is_same = (own_user, own_group) == (user, group);
    if is_same || sys.set_owner(file, Some(user), Some(group)).is_ok() {
        return Kept { user: true, group: true };
    }
    let has_group = own_group == group || sys.set_owner(file, None, Some(group)).is_ok();
    Kept { user: own_user == user, group: has_group }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_group_gets_what_everybody_has() {
        let kept = Kept { user: true, group: false };
        assert_eq!(kept.meaningful(0o664), 0o644);
        assert_eq!(kept.meaningful(0o2755), 0o755);
        assert_eq!(kept.meaningful(0o660), 0o600);
        assert_eq!(kept.meaningful(0o606), 0o606);
    }

    #[test]
    fn an_access_list_gives_another_group_what_everybody_has() {
        let entry = |tag: u8, permissions: u8, id: u8| [tag, 0, permissions, 0, id, 0, 0, 0];
        let list = |group, mask| {
            let entries =
                [entry(1, 6, 255), entry(2, 6, 9), entry(4, group, 255), entry(16, mask, 255), entry(32, 4, 255)];
            [&[2, 0, 0, 0], entries.as_flattened()].concat()
        };
        assert_eq!(with_group_as_others(&list(6, 6)), list(4, 6));
        assert_eq!(with_group_as_others(&[2, 0]), [2, 0]);
        let attribute = Attribute { name: ACCESS_LIST.into(), value: list(6, 6) };
        let meaningful = |group| Kept { user: false, group }.meaningful_attribute(&attribute).value.clone();
        assert_eq!((meaningful(true), meaningful(false)), (list(6, 6), list(4, 6)));
    }

    #[test]
    fn another_user_is_not_run_as() {
        assert_eq!(Kept { user: false, group: true }.meaningful(0o6755), 0o2755);
    }
}
