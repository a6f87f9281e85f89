//! What the lowering of small texts looks like.
