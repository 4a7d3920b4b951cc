//! Lines that are typed: a value for a control, a path for an export.

use std::path::PathBuf;
use std::sync::Arc;

use super::{budgets, format, question, what_if};
use crate::explorer::message::{Effect, ExportRequest, Overwrite};
use crate::explorer::state::{Mode, State};
use crate::explorer::vocabulary::{Control, Focus, Notice, Prompt, Scope};
use engine::budget::Limit;
use engine::error::Error;
use engine::units;

/// Longest line that can be typed.
const MAX_LENGTH: usize = 240;

/// Opens a line for the focused control, if its value can be typed.
pub(crate) fn type_value(state: &mut State) {
    if let Focus::Control(Control::Budget(limit)) = state.focus
        && budgets::refused(state, limit)
    {
        return;
    }
    let typed = [
        Control::Prompt,
        Control::Generate,
        Control::Batch,
        Control::Cached,
        Control::Chunk,
        Control::Others,
        Control::Format,
    ];
    if let Focus::Control(control) = state.focus
        && (matches!(control, Control::Budget(_)) || typed.contains(&control))
    {
        state.mode = Mode::Typing(control, Prompt::default());
    }
}

/// Opens a line for a path, with a name that says what the file will hold.
pub(crate) fn export(state: &mut State, scope: Scope) {
    let shape = state.picked().zip(state.landscape()).map(|(index, l)| l.sweep.architecture(index));
    let name = match (scope, shape) {
        (Scope::Picked, Some(shape)) => {
            format!("roofscape-{}x{}-e{}k{}.json", shape.layers, shape.width, shape.experts, shape.top_k)
        }
        (Scope::Feasible, _) if !state.selection.feasible.is_empty() => "roofscape-feasible.json".to_owned(),
        _ => {
            let why = if state.answer.is_none() { "nothing is priced yet" } else { "no architecture is feasible" };
            state.notice = Some(Notice::Trouble(format!("nothing to export: {why}")));
            return;
        }
    };
    state.mode = Mode::Exporting(scope, Prompt { text: name, error: None });
}

fn open(state: &mut State) -> Option<&mut Prompt> {
    match &mut state.mode {
        Mode::Typing(_, prompt) | Mode::Exporting(_, prompt) => Some(prompt),
        Mode::Explore
        | Mode::Help
        | Mode::Sources(_)
        | Mode::Comparison(_)
        | Mode::Overwriting(_)
        | Mode::Boards(_) => None,
    }
}

pub(crate) fn push(state: &mut State, typed: char) {
    if let Some(prompt) = open(state) {
        prompt.error = None;
        if prompt.text.chars().count() < MAX_LENGTH && !typed.is_control() {
            prompt.text.push(typed);
        }
    }
}

pub(crate) fn pop(state: &mut State) {
    if let Some(prompt) = open(state) {
        prompt.error = None;
        prompt.text.pop();
    }
}

pub(crate) fn clear(state: &mut State) {
    if let Some(prompt) = open(state) {
        *prompt = Prompt::default();
    }
}

/// Accepts the line, or says beside it what is wrong.
pub(crate) fn submit(state: &mut State) -> Vec<Effect> {
    match std::mem::replace(&mut state.mode, Mode::Explore) {
        Mode::Typing(control, mut prompt) => match accept(state, control, &prompt.text) {
            Ok(effects) => effects,
            Err(error) => {
                refuse(&mut prompt, &error);
                state.mode = Mode::Typing(control, prompt);
                Vec::new()
            }
        },
        Mode::Exporting(scope, mut prompt) => {
            if prompt.text.trim().is_empty() {
                refuse(&mut prompt, "a file needs a name");
                state.mode = Mode::Exporting(scope, prompt);
                return Vec::new();
            }
            let request = collect(state, scope, in_home(prompt.text.trim()));
            request.map(|request| Effect::Export(Box::new(request))).into_iter().collect()
        }
        Mode::Overwriting(request) => {
            vec![Effect::Export(Box::new(ExportRequest { overwrite: Overwrite::Replace, ..*request }))]
        }
        Mode::Boards(row) => what_if::take_board(state, row),
        Mode::Explore | Mode::Help | Mode::Sources(_) | Mode::Comparison(_) => Vec::new(),
    }
}

/// A path as a shell would read it: `~/` is the user's home.
fn in_home(typed: &str) -> PathBuf {
    let home = directories::BaseDirs::new();
    match (typed.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.home_dir().join(rest),
        _ => PathBuf::from(typed),
    }
}

/// What the screen shows now, to be written whatever happens to the screen meanwhile.
fn collect(state: &State, scope: Scope, path: PathBuf) -> Option<ExportRequest> {
    let answer = state.answer.as_ref()?;
    let indices = match scope {
        Scope::Picked => vec![state.picked()? as u32],
        Scope::Feasible => state.selection.feasible.clone(),
    };
    Some(ExportRequest {
        scope,
        path,
        overwrite: Overwrite::Refuse,
        indices,
        landscape: Arc::clone(&answer.landscape),
        profile: state.profile(answer.question),
        mode: answer.question.mode,
        space: state.shelf.space.name.clone(),
        objective: state.objective,
        budgets: state.budgets(),
        evidence: state.evidence().cloned(),
    })
}

fn accept(state: &mut State, control: Control, typed: &str) -> Result<Vec<Effect>, String> {
    let limit = match control {
        Control::Budget(limit) => limit,
        Control::Format => return format::set_penalty(state, typed),
        Control::Chunk => return question::set_chunk(state, typed),
        Control::Others => return question::set_others(state, typed),
        Control::Scale(resource) => return what_if::imagine_typed(state, resource, typed),
        _ => return question::set_count(state, control, typed),
    };
    let value = parse_limit(limit, typed).map_err(|error| error.headline().to_owned())?;
    budgets::set(state, limit, value);
    Ok(Vec::new())
}

/// A typed budget; a bare number is in the unit that the slider shows: milliseconds, joules, gigabytes.
fn parse_limit(limit: Limit, typed: &str) -> Result<f64, Error> {
    let bare = typed.trim().parse::<f64>().is_ok();
    match limit {
        Limit::Memory if bare => units::parse_bytes(&format!("{}GB", typed.trim())),
        Limit::Memory => units::parse_bytes(typed),
        Limit::Energy if bare => units::parse_joules(&format!("{}J", typed.trim())),
        Limit::Energy => units::parse_joules(typed),
        _ if bare => units::parse_seconds(&format!("{}ms", typed.trim())),
        _ => units::parse_seconds(typed),
    }
}

/// Puts an error beside what was typed.
fn refuse(prompt: &mut Prompt, error: &str) {
    prompt.error = Some(error.to_owned());
}
