//! The Frontier screen: what the law and the roofline say about the space.

pub mod action;
pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;

use crate::explorer::change::pick;
use crate::explorer::parts::Parts;

/// What the rest of the explorer knows of it.
pub(super) static PARTS: Parts = Parts {
    title: "Frontier",
    short_title: "Front",
    bindings: keys::BINDINGS,
    legend: view::LEGEND,
    room: layout::room,
    shows: |_| true,
    follow: |_| None,
    keep_in_view: pick::keep_in_view,
    render: view::render,
};
