//! How the picture compares with the paper's Fig. 7: "wide and shallow: width saturates at the upper bound first, then
//! depth grows". This is said only of the published law on the published space. About any other the paper says nothing.

use super::members::course;
use crate::explorer::state::State;
use engine::landscape::Landscape;
use engine::quantity::Quantity;
use engine::units;

/// In one line: what the paper says, and whether it comes out here.
pub fn in_words(state: &State) -> Option<String> {
    if !is_the_papers(state.landscape()?, &state.shelf.space.name) {
        return None;
    }
    let (width, depth) = (course(state, Quantity::WIDTH)?, course(state, Quantity::LAYERS)?);
    let within = if state.budgets().active().next().is_some() { ", in budget," } else { "" };
    let at = units::seconds;
    Some(match (width.saturates_s(), depth.saturates_s()) {
        (Some(width_s), Some(depth_s)) if width_s <= depth_s => {
            format!("as in the paper, width reaches its end first, at {}, and depth at {}", at(width_s), at(depth_s))
        }
        (Some(width_s), Some(depth_s)) => {
            format!(
                "paper: width reaches its end first; here depth does, at {}, and width at {}",
                at(depth_s),
                at(width_s)
            )
        }
        (Some(width_s), None) => {
            format!("as in the paper, width reaches its end first, at {}, and depth never", at(width_s))
        }
        (None, Some(depth_s)) => format!("paper: width reaches its end first; here depth does, at {}", at(depth_s)),
        (None, None) => format!("paper: width reaches its end first; here{within} neither does"),
    })
}

/// Both as they come with the program: a file of the user's by the same name is another law.
fn is_the_papers(landscape: &Landscape, space: &str) -> bool {
    let is_own =
        |name: &str, origin: Option<&String>| name == "paper" && origin.is_some_and(|origin| origin == "built in");
    is_own(&landscape.law.name, landscape.law.origin.as_ref()) && is_own(space, landscape.space_origin.as_ref())
}
