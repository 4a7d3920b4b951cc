//! The Theory screen: what an optimal architecture looks like, before any space is searched.

pub mod action;
pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;

use crate::explorer::parts::Parts;
use crate::explorer::vocabulary::Control;

/// What the rest of the explorer knows of it.
pub(super) static PARTS: Parts = Parts {
    title: "Theory",
    short_title: "Theory",
    bindings: keys::BINDINGS,
    legend: view::LEGEND,
    room: layout::room,
    shows: |control| matches!(control, Control::Budget(_)),
    follow: update::follow,
    keep_in_view: |_| {},
    render: view::render,
};
