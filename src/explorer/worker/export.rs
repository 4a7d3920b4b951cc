//! Writing architectures. Each request counts, none replaces another.

use crate::explorer::message::{ExportOutcome, ExportRequest, Overwrite};
use crate::explorer::vocabulary::Scope;
use engine::confidence::{self, Confidence};
use engine::law::Evidence;
use files::save::{self, SaveError};
use report::{Selection, Uncertainty, View};

/// Writes architectures. Whether the file is there is looked at first: the document may be large.
pub(in crate::explorer) fn export(request: ExportRequest) -> ExportOutcome {
    if request.overwrite == Overwrite::Refuse && request.path.symlink_metadata().is_ok() {
        return ExportOutcome::Exists(Box::new(request));
    }
    let view = View {
        landscape: &request.landscape,
        profile: &request.profile,
        mode: &request.profile.modes[request.mode],
        space: &request.space,
        objective: request.objective,
        budgets: &request.budgets,
    };
    let selection = match request.scope {
        Scope::Picked => Selection::Picked,
        Scope::Feasible => Selection::Feasible,
    };
    // Computed anew: the verdict on the screen may belong to other budgets, and its frontier is not cut off on the
    // chart's axis.
    let sure = request.evidence.as_ref().and_then(|evidence| {
        let (objective, budgets) = (request.objective, &request.budgets);
        let question = confidence::Question { objective, budgets, level: Evidence::LEVEL };
        Some((evidence, Confidence::of(&request.landscape, evidence, question, &())?))
    });
    let uncertainty = sure.as_ref().map(|(evidence, confidence)| Uncertainty { evidence, confidence });
    let written = report::to_json(&report::export(&view, selection, &request.indices, uncertainty))
        .map_err(SaveError::from)
        .and_then(|json| match request.overwrite {
            Overwrite::Refuse => save::write_new(&request.path, &json),
            Overwrite::Replace => save::replace(&request.path, &json).map_err(SaveError::from),
        });
    match written {
        Ok(()) => ExportOutcome::Written(request.path, request.indices.len()),
        Err(SaveError::Exists(_)) => ExportOutcome::Exists(Box::new(request)),
        Err(SaveError::Failed(error)) => ExportOutcome::Failed(error),
    }
}
