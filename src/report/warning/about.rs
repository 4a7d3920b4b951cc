//! Which warnings hold: of a view, an architecture, a law, a board.

use rayon::prelude::*;

use super::{Shapes, Traffic, Warning};
use crate::view::View;
use engine::architecture::Architecture;
use engine::budget::Limit;
use engine::efficiency::Basis;
use engine::landscape::Landscape;
use engine::law::{LossLaw, MAX_LOSS};
use engine::precision::Precision;
use engine::reference::ReferenceModel;
use engine::roofline::Estimator;
use engine::units;
use files::profile::{FormatFigures, PowerMode, Profile};

impl Warning {
    /// About all feasible candidates, and about the law over all candidates. Scans all candidates once.
    pub fn of_view(view: &View<'_>) -> Vec<Self> {
        let (landscape, hardware) = (view.landscape, view.hardware());
        let (sweep, law) = (&landscape.sweep, &landscape.law);
        let partly = landscape.searched.filter(|searched| !searched.is_complete());
        let mut warnings: Vec<Self> = partly.map(Self::Searched).into_iter().collect();
        if let Some(beyond) = landscape.extrapolated {
            let shapes = Shapes::Some { count: beyond.candidates, of: sweep.len() };
            warnings.push(Self::Extrapolation { law: law.name.clone(), shapes, worst: beyond.worst });
        }
        let absurd = landscape.beyond_belief();
        if let Some(&worst) = landscape.best_first().last().filter(|_| absurd > 0) {
            let shapes = Shapes::Some { count: absurd, of: sweep.len() };
            warnings.push(Self::Absurd { law: law.name.clone(), shapes, worst_nats: sweep.loss[worst as usize] });
        }
        warnings.extend(Self::of_window(view));
        warnings.extend(Self::of_setting(law, view.profile, view.mode, &landscape.estimator));
        let unbounded = landscape.estimator.power().filter(|power| !power.is_upper_bound());
        if let (Some(power), Some(_)) = (unbounded, view.budgets.get(Limit::Energy)) {
            warnings.push(Self::Energy { board: hardware.name.clone(), time: power.time() });
        }
        let (over, of) = (0..sweep.len())
            .into_par_iter()
            .filter(|&index| view.budgets.admits(sweep, index))
            .map(|index| (usize::from(sweep.memory_bytes[index] > hardware.memory_bytes), 1))
            .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        if over > 0 {
            let shapes = Shapes::Some { count: over, of };
            warnings.push(Self::Memory { board: hardware.name, memory_bytes: hardware.memory_bytes, shapes });
        }
        warnings
    }

    /// About one architecture.
    pub fn of_architecture(
        shape: &Architecture,
        law: &LossLaw,
        profile: &Profile,
        mode: &PowerMode,
        estimator: &Estimator,
    ) -> Vec<Self> {
        let hardware = profile.hardware(mode);
        let mut warnings = Self::of_prediction(shape, law);
        warnings.extend(Self::of_setting(law, profile, mode, estimator));
        if estimator.memory(shape).total_bytes() > hardware.memory_bytes {
            let (board, memory_bytes) = (hardware.name, hardware.memory_bytes);
            warnings.push(Self::Memory { board, memory_bytes, shapes: Shapes::Asked });
        }
        warnings
    }

    /// About the loss of one architecture, whatever the board.
    pub fn of_loss(shape: &Architecture, law: &LossLaw) -> Vec<Self> {
        let of_law = [Self::of_runs(law), Self::of_sight(law), Self::of_length(law)];
        Self::of_prediction(shape, law).into_iter().chain(of_law.into_iter().flatten()).collect()
    }

    fn of_prediction(shape: &Architecture, law: &LossLaw) -> Vec<Self> {
        let mut warnings = Vec::new();
        if let Some(worst) = law.range.extrapolation(&shape.features()) {
            warnings.push(Self::Extrapolation { law: law.name.clone(), shapes: Shapes::Asked, worst });
        }
        let worst_nats = law.coefficients.loss(&shape.features());
        if worst_nats > MAX_LOSS {
            warnings.push(Self::Absurd { law: law.name.clone(), shapes: Shapes::Asked, worst_nats });
        }
        warnings.extend(Self::of_layers(shape, law, Shapes::Asked));
        warnings
    }

    /// About a known model that others are compared with: its loss under `law` may be extrapolated, or that of another
    /// model.
    pub fn of_model(model: &ReferenceModel, law: &LossLaw) -> Vec<Self> {
        let shapes = || Shapes::Model(model.name.clone());
        let extrapolated = law.range.extrapolation(&model.architecture.features()).map(|worst| Self::Extrapolation {
            law: law.name.clone(),
            shapes: shapes(),
            worst,
        });
        extrapolated.into_iter().chain(Self::of_layers_of(model, law)).collect()
    }

    /// About a known model whose layers differ: its loss under `law` is that of another model.
    pub fn of_layers_of(model: &ReferenceModel, law: &LossLaw) -> Option<Self> {
        Self::of_layers(&model.architecture, law, Shapes::Model(model.name.clone()))
    }

    fn of_layers(shape: &Architecture, law: &LossLaw, shapes: Shapes) -> Option<Self> {
        let differ = shape.layout.in_words(shape.layers);
        (!differ.is_empty()).then(|| Self::Layers { law: law.name.clone(), shapes, differ })
    }

    /// About a space with a window, which all its candidates have. Their depths differ, so nothing says of how many layers.
    fn of_window(view: &View<'_>) -> Option<Self> {
        let Landscape { sweep, law, .. } = view.landscape;
        let window = (!sweep.is_empty()).then(|| sweep.architecture(0).layout.window)??;
        let differ = vec![format!("layers that look back over {} tokens", units::count(window.tokens as usize))];
        Some(Self::Layers {
            law: law.name.clone(),
            shapes: Shapes::Some { count: sweep.len(), of: sweep.len() },
            differ,
        })
    }

    /// About a law by itself, before any architecture is asked about.
    pub fn of_law(law: &LossLaw) -> Vec<Self> {
        let worst_nats = law.coefficients.largest_loss(&law.range);
        let absurd = (worst_nats.is_nan() || worst_nats > MAX_LOSS).then(|| Self::Absurd {
            law: law.name.clone(),
            shapes: Shapes::Fitted,
            worst_nats,
        });
        Self::of_runs(law).into_iter().chain(absurd).collect()
    }

    /// About a board, on which calibrated figures need none.
    pub fn of_board(profile: &Profile, mode: &PowerMode, precision: &Precision) -> Option<Self> {
        let hardware = profile.hardware(mode);
        let (_, basis) = hardware.efficiency_in(precision);
        match (basis, &profile.calibration) {
            (Basis::Ideal, _) => Some(Self::IdealRoofline { board: hardware.name }),
            (Basis::Uncovered, Some(calibration)) => Some(Self::Uncalibrated {
                what: precision.name,
                engine: calibration.engine.clone(),
                measured: calibration.covered().join(", "),
            }),
            _ => None,
        }
    }

    /// About what a calibration says nothing of: a phase or a power mode that was not measured.
    pub fn of_calibration(profile: &Profile, mode: &PowerMode, precision: &Precision) -> Vec<Self> {
        let Some(calibration) = &profile.calibration else { return Vec::new() };
        let Some(figures) = calibration.of(precision) else { return Vec::new() };
        let mut warnings = Vec::new();
        let halves = [("prefill", figures.prefill, "decode"), ("decode", figures.decode, "prefill")];
        warnings.extend(halves.into_iter().filter(|(_, tested, _)| tested.is_none()).map(|(what, _, other)| {
            Self::Uncalibrated { what, engine: calibration.engine.clone(), measured: other.to_owned() }
        }));
        warnings.extend(Self::of_modes(profile, std::slice::from_ref(mode), precision));
        warnings
    }

    /// About those of several power modes in which a calibration was not measured.
    pub fn of_modes(profile: &Profile, modes: &[PowerMode], precision: &Precision) -> Vec<Self> {
        let Some(calibration) = &profile.calibration else { return Vec::new() };
        let Some(figures) = calibration.of(precision) else { return Vec::new() };
        let in_modes = |traffic: Traffic| {
            let others = modes.iter().filter(|mode| !figures.measured_in(&mode.name));
            let names: Vec<&str> = others
                .filter(|mode| carried(profile, figures, mode) == traffic)
                .map(|mode| mode.name.as_str())
                .collect();
            (!names.is_empty()).then(|| Self::OtherMode {
                mode: names.join(", "),
                engine: calibration.engine.clone(),
                measured: figures.modes.join(", "),
                traffic,
            })
        };
        [Traffic::Known, Traffic::Unknown].into_iter().filter_map(in_modes).collect()
    }

    /// About the machine that a board was detected on.
    fn of_machine(profile: &Profile, mode: &PowerMode) -> impl Iterator<Item = Self> {
        profile.limited.iter().filter(|limit| limit.mode == mode.name).cloned().map(Self::Throttled)
    }

    fn of_imagination(profile: &Profile, mode: &PowerMode) -> Option<Self> {
        let board = || format!("{} {}", profile.name, mode.name);
        (!profile.what_if.is_none()).then(|| Self::WhatIf { board: board(), scaling: profile.what_if })
    }

    fn of_runs(law: &LossLaw) -> Option<Self> {
        law.synthetic.then(|| Self::Synthetic { law: law.name.clone() })
    }

    fn of_setting(
        law: &LossLaw,
        profile: &Profile,
        mode: &PowerMode,
        estimator: &Estimator,
    ) -> impl Iterator<Item = Self> {
        let precision = estimator.precision();
        let penalty_nats = precision.loss_penalty_nats;
        let quantised = (precision.is_quantised() || penalty_nats > 0.0)
            .then(|| Self::Quantisation { precision: precision.in_short(), penalty_nats });
        [Self::of_runs(law), quantised, Self::of_sight(law), Self::of_length(law), Self::of_imagination(profile, mode)]
            .into_iter()
            .flatten()
            .chain(Self::of_board(profile, mode, precision))
            .chain(Self::of_calibration(profile, mode, precision))
            .chain(Self::of_machine(profile, mode))
    }

    fn of_sight(law: &LossLaw) -> Option<Self> {
        let mut to = law.coefficients.blind_to();
        if !law.range.has_shapes() {
            to.insert(0, "shape");
        }
        if law.coefficients.form().needs_tokens() && !law.coefficients.sees_tokens() {
            to.push("training tokens");
        }
        (!to.is_empty()).then(|| Self::Blind { law: law.name.clone(), to, held_at: law.held_at.clone() })
    }

    fn of_length(law: &LossLaw) -> Option<Self> {
        let tokens = law.coefficients.tokens_stated()?;
        let beyond = law.range.beyond_tokens(tokens).map(|beyond| beyond.factor);
        Some(Self::Length { law: law.name.clone(), tokens, beyond })
    }
}

/// One clock tells nothing about slower ones: the bandwidth that is reached there may be a fraction of the measured.
fn carried(profile: &Profile, figures: &FormatFigures, mode: &PowerMode) -> Traffic {
    let cycles_per_s = |mode: &PowerMode| mode.clocks().sm_cycles_per_s();
    let measured = profile.modes.iter().filter(|mode| figures.measured_in(&mode.name)).filter_map(cycles_per_s);
    let slowest = measured.fold(f64::INFINITY, f64::min);
    let is_slower = cycles_per_s(mode).is_some_and(|here| here < slowest);
    if figures.bytes_per_sm_cycle.is_none() && is_slower { Traffic::Unknown } else { Traffic::Known }
}
