//! The Evolution screen: what the frontier's members are like.

pub mod action;
pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;

use crate::explorer::parts::Parts;

/// What the rest of the explorer knows of it.
pub(super) static PARTS: Parts = Parts {
    title: "Evolution",
    short_title: "Evol",
    bindings: keys::BINDINGS,
    legend: view::LEGEND,
    room: layout::room,
    shows: |_| false,
    follow: |_| None,
    keep_in_view: update::keep_in_view,
    render: view::render,
};
