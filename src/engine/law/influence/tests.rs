//! A planted outlier, fits from scratch, and runs that cannot be spared.

use super::*;
use crate::fixtures::TABLE_6;
use crate::law::fit::fit;
use crate::law::fit::tests::samples;

const OPTIONS: FitOptions = FitOptions { holdout: 0.0, ..FitOptions::DEFAULT };

#[test]
fn a_planted_outlier_comes_first() {
    let mut runs = samples::runs(TABLE_6, &samples::shapes(80, 5), 0.01, 1);
    runs[33].loss += 0.5;
    let fitted = fit(&runs, &OPTIONS, &()).unwrap();
    let ranked = leave_one_out(&runs, &fitted, &OPTIONS, &()).unwrap();
    assert_eq!((ranked.len(), ranked[0].run), (80, 33));
    let effect = ranked[0].effect.as_ref().unwrap();
    assert!((effect.deleted_residual - 0.5).abs() < 0.05, "{effect:?}");
    assert!(effect.shift > 3.0 * ranked[5].effect.as_ref().unwrap().shift, "{ranked:?}");
}

#[test]
fn a_warm_start_finds_what_a_fit_from_scratch_finds() {
    let runs = samples::runs(TABLE_6, &samples::shapes(60, 5), 0.01, 1);
    let fitted = fit(&runs, &OPTIONS, &()).unwrap();
    let ranked = leave_one_out(&runs, &fitted, &OPTIONS, &()).unwrap();
    for influence in ranked.iter().step_by(12) {
        let rest: Vec<Run> = (0..60).filter(|&run| run != influence.run).map(|run| runs[run].clone()).collect();
        let law = fit(&rest, &OPTIONS, &()).unwrap().coefficients;
        let effect = influence.effect.as_ref().unwrap();
        let run = &runs[influence.run];
        assert!((run.loss - law.loss(&run.features) - effect.deleted_residual).abs() < 1e-5, "{influence:?}");
        let change = |run: &Run| law.loss(&run.features) - fitted.coefficients.loss(&run.features);
        let shift = (runs.iter().map(|run| change(run).powi(2)).sum::<f64>() / 60.0).sqrt();
        assert!((shift - effect.shift).abs() < 1e-5, "{shift} {influence:?}");
    }
}

#[test]
fn held_out_runs_have_none() {
    let runs = samples::runs(TABLE_6, &samples::shapes(80, 5), 0.01, 1);
    let options = FitOptions { holdout: 0.2, ..OPTIONS };
    let fitted = fit(&runs, &options, &()).unwrap();
    let ranked = leave_one_out(&runs, &fitted, &options, &()).unwrap();
    let mut places: Vec<usize> = ranked.iter().map(|influence| influence.run).collect();
    places.sort_unstable();
    assert_eq!(places, fitted.train);
}

#[test]
fn a_run_that_cannot_be_spared_is_named_first() {
    // Four sizes for the three parameters of a law in one size: none can be spared, repeats can.
    let shapes: Vec<_> = [512.0, 1024.0, 2048.0, 4096.0, 512.0]
        .map(|width| crate::law::Features {
            layers: 12.0,
            width,
            ffn_ratio: 4.0,
            kv_dim: width,
            activation_rate: 1.0,
            block: crate::law::Block::Gated,
        })
        .to_vec();
    let runs = samples::with_losses(&shapes, &[4.0, 3.5, 3.2, 3.0, 4.01]);
    let options = FitOptions { form: &crate::law::forms::ACTIVE_TOTAL, ..OPTIONS };
    let fitted = fit(&runs, &options, &()).unwrap();
    let ranked = leave_one_out(&runs, &fitted, &options, &()).unwrap();
    let spared: Vec<(usize, bool)> = ranked.iter().map(|influence| (influence.run, influence.effect.is_ok())).collect();
    assert_eq!(spared[..3], [(1, false), (2, false), (3, false)]);
    assert!(spared[3..].iter().all(|(_, fitted)| *fitted), "{spared:?}");
}

struct Stopped;

impl Watch for Stopped {
    fn cancelled(&self) -> bool {
        true
    }
}

#[test]
fn it_can_be_stopped() {
    let runs = samples::runs(TABLE_6, &samples::shapes(60, 5), 0.01, 1);
    let fitted = fit(&runs, &OPTIONS, &()).unwrap();
    assert_eq!(leave_one_out(&runs, &fitted, &OPTIONS, &Stopped), Err(FitError::Cancelled));
}

#[test]
fn the_runs_farthest_off_can_be_left_out_alone() {
    let mut runs = samples::runs(TABLE_6, &samples::shapes(80, 5), 0.01, 1);
    runs[33].loss += 0.5;
    runs[7].loss -= 0.3;
    let fitted = fit(&runs, &OPTIONS, &()).unwrap();
    let chosen = farthest(&runs, &fitted, 5);
    assert_eq!((chosen.len(), chosen[0], chosen[1]), (5, 33, 7));
    let some = leave_out(&runs, &fitted, &OPTIONS, &chosen, &()).unwrap();
    let mut all = leave_one_out(&runs, &fitted, &OPTIONS, &()).unwrap();
    all.retain(|influence| chosen.contains(&influence.run));
    assert_eq!(some, all);
}
