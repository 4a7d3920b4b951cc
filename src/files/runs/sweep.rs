//! Runs that differ only in how they were trained: learning rate, schedule, batch size.
//!
//! A law is of architectures. Of one architecture that was trained to one length with five learning rates, four runs say
//! how much a bad rate costs. As repeats they would raise every loss by the mean of that, and pass for the noise of a
//! training. So the best setting of each group counts, with all its repeats under other seeds, and the rest is left out
//! and said. A group is what has the same shape and length; settings that go with the size, one per size, leave nothing
//! out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::columns::Columns;
use super::field::reduced;
use engine::error::{Error, Result, did_you_mean};
use engine::law::Axis;
use engine::runs::Run;
use engine::text::{shown, some_of};

/// Of runs that differ in settings alone, which are taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BestOf {
    /// The best of each group, by the settings that go by the usual names.
    #[default]
    Usual,
    /// The best of each group by these columns.
    Columns(Vec<String>),
    /// All.
    All,
}

impl BestOf {
    /// Reads the option's value: columns, or `none`.
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim().eq_ignore_ascii_case("none") {
            return Ok(Self::All);
        }
        let columns: Vec<String> =
            text.split(',').map(str::trim).filter(|column| !column.is_empty()).map(str::to_owned).collect();
        if columns.is_empty() {
            return Err(Error::new("no column is named").expected("COLUMN,…, such as lr, or none"));
        }
        Ok(Self::Columns(columns))
    }

    /// Fails where a column that was named is none of these.
    pub(super) fn check(&self, names: &[&str]) -> Result<()> {
        let Self::Columns(columns) = self else { return Ok(()) };
        let Some(strange) = columns.iter().find(|column| !names.contains(&column.as_str())) else { return Ok(()) };
        let error = Error::new(format!("there is no column '{}'", shown(strange))).at_column("--best-of");
        Err(match did_you_mean(strange, names.iter().copied()) {
            Some(near) => error.hint(format!("--best-of {}", shown(near))),
            None => error.expected(format!("one of {}", some_of(names))),
        })
    }
}

/// Names of settings, reduced.
const SETTINGS: [&str; 36] = [
    "lr",
    "learningrate",
    "maxlr",
    "peaklr",
    "minlr",
    "baselr",
    "lrmax",
    "lrpeak",
    "maxlearningrate",
    "lrscheduler",
    "lrschedule",
    "lrschedulertype",
    "schedule",
    "scheduler",
    "warmup",
    "warmupsteps",
    "warmupratio",
    "cooldown",
    "batch",
    "batchsize",
    "globalbatchsize",
    "trainbatchsize",
    "perdevicetrainbatchsize",
    "weightdecay",
    "wd",
    "beta1",
    "beta2",
    "adambeta1",
    "adambeta2",
    "optimizer",
    "optim",
    "gradclip",
    "maxgradnorm",
    "dropout",
    "initstd",
    "lrdecay",
];
/// Names of lengths, which part runs where tokens are not known.
const LENGTHS: [&str; 10] =
    ["steps", "step", "maxsteps", "numsteps", "trainsteps", "iterations", "iters", "maxiters", "epochs", "numepochs"];

/// The columns of a table that are settings, and those that are lengths.
#[derive(Debug, Default)]
pub(super) struct SettingColumns {
    settings: Vec<usize>,
    lengths: Vec<usize>,
}

impl SettingColumns {
    pub(super) fn of(columns: &Columns, best_of: &BestOf) -> Self {
        let places = |wanted: &dyn Fn(&str) -> bool| {
            columns.iter().enumerate().filter(|(_, (name, _))| wanted(name)).map(|(place, _)| place).collect()
        };
        let last = |name: &str| name.rsplit(['.', '/']).next().map(|last| reduced(last).0).unwrap_or_default();
        let settings = match best_of {
            BestOf::All => return Self::default(),
            BestOf::Usual => places(&|name| SETTINGS.contains(&last(name).as_str())),
            BestOf::Columns(told) => places(&|name| told.iter().any(|told| told == name)),
        };
        Self { settings, lengths: places(&|name| LENGTHS.contains(&last(name).as_str())) }
    }

    pub(super) fn contains(&self, place: usize) -> bool {
        self.settings.contains(&place) || self.lengths.contains(&place)
    }
}

/// What runs share that a law cannot tell apart: shape, matrices of a block, tokens, and the length where those are not
/// known.
type Group = ([u64; 5], u8, Option<u64>, u32);

/// The settings of runs as they come.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Of each run: the number of its setting and of its length.
    of_runs: Vec<[u32; 2]>,
    texts: HashMap<String, u32>,
    /// Names of the settings that were seen.
    names: Vec<String>,
}

impl Settings {
    /// Adds a run with these cells.
    pub(super) fn push<'r>(
        &mut self,
        columns: &Columns,
        which: &SettingColumns,
        text: &dyn Fn(usize) -> std::borrow::Cow<'r, str>,
    ) {
        let mut joined = |places: &[usize]| {
            let mut all = String::new();
            for place in places {
                let cell = text(*place);
                // Numbers are the same however they are written.
                match cell.parse::<f64>() {
                    Ok(number) => all.push_str(&number.to_string()),
                    Err(_) => all.push_str(&cell),
                }
                all.push('\u{1f}');
            }
            let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
            match self.texts.entry(all) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => *new.insert(next),
            }
        };
        let run = [joined(&which.settings), joined(&which.lengths)];
        self.of_runs.push(run);
        if self.names.is_empty() {
            self.names = which.settings.iter().map(|place| columns.name(*place).to_owned()).collect();
        }
    }

    /// Takes the best setting of each group, and says what it left out.
    pub(super) fn take_best(&self, runs: &mut Vec<Run>) -> Option<String> {
        if self.names.is_empty() || self.of_runs.len() != runs.len() {
            return None;
        }
        let groups = self.groups(runs);
        let mut kept = vec![true; runs.len()];
        let (mut swept, mut spreads) = (0, Vec::new());
        for settings in groups.values().filter(|settings| settings.len() > 1) {
            let mean =
                |members: &[usize]| members.iter().map(|run| runs[*run].loss).sum::<f64>() / members.len() as f64;
            let means: Vec<f64> = settings.iter().map(|(_, members)| mean(members)).collect();
            let least = means.iter().copied().fold(f64::INFINITY, f64::min);
            let best = means.iter().position(|mean| *mean <= least).unwrap_or_default();
            spreads.push(means.iter().copied().fold(f64::NEG_INFINITY, f64::max) - least);
            swept += 1;
            for (_, members) in settings.iter().enumerate().filter(|(place, _)| *place != best).map(|(_, group)| group)
            {
                for run in members {
                    kept[*run] = false;
                }
            }
        }
        if swept == 0 {
            return None;
        }
        let left = kept.iter().filter(|kept| !**kept).count();
        let mut keep = kept.into_iter();
        runs.retain(|_| keep.next().unwrap_or(true));
        let names: Vec<String> = self.names.iter().map(|name| shown(name)).collect();
        let [least, most] = [
            spreads.iter().copied().fold(f64::INFINITY, f64::min),
            spreads.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        ];
        let range = if swept == 1 { format!("{most:.4}") } else { format!("{least:.4} to {most:.4}") };
        Some(format!(
            "{swept} {} trained with several settings ({}): the best of each is taken, {left} {} left out, the worst {range} \
             nats above; --best-of none takes all",
            if swept == 1 { "architecture was" } else { "architectures were" },
            some_of(&names),
            if left == 1 { "run is" } else { "runs are" },
        ))
    }

    /// Runs of one shape and length, by setting, in the order of their first run.
    fn groups(&self, runs: &[Run]) -> HashMap<Group, Vec<(u32, Vec<usize>)>> {
        let mut groups: HashMap<_, Vec<(u32, Vec<usize>)>> = HashMap::new();
        for (place, (run, [setting, length])) in runs.iter().zip(&self.of_runs).enumerate() {
            let shape = Axis::ALL.map(|axis| run.features.get(axis).to_bits());
            let matrices = run.features.block.feed_forward_matrices();
            // Where tokens are known they are the length, whatever the number of steps.
            let tokens = run.tokens.map(f64::to_bits);
            let length = if tokens.is_some() { 0 } else { *length };
            let settings = groups.entry((shape, matrices, tokens, length)).or_default();
            match settings.iter_mut().find(|(known, _)| known == setting) {
                Some((_, members)) => members.push(place),
                None => settings.push((*setting, vec![place])),
            }
        }
        groups
    }
}
