//! The Fit screen: what the runs say about the law.

pub mod action;
pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;

use crate::explorer::parts::Parts;

/// What the rest of the explorer knows of it.
pub(super) static PARTS: Parts = Parts {
    title: "Fit",
    short_title: "Fit",
    bindings: keys::BINDINGS,
    legend: view::LEGEND,
    room: layout::room,
    shows: |_| false,
    follow: update::follow,
    keep_in_view: update::keep_in_view,
    render: view::render,
};
