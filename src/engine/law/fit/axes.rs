//! What the runs cannot show, found before the fit: axes that never vary or that follow another one.

use super::model::{ALPHA_L, ALPHA_M, ALPHA_R, ALPHA_RHO, BETA_1, BETA_2, CAPACITY, DEPTH, KV, Model, SPARSITY};
use crate::engine::features::{Axis, Features};

/// Share of the variance of ln `d_m` that must be its own, not explained by ln d, for the KV term to be told from the
/// capacity term (a variance inflation of 20).
const OWN_VARIANCE: f64 = 0.05;

/// Logarithms this close are one value: shapes are products and quotients of small integers.
const SAME: f64 = 1e-9;

/// The law that these shapes can show, and a sentence for each part left out.
pub(super) fn examine(shapes: &[Features]) -> (Model, Vec<String>) {
    let runs = shapes.len();
    let [layers, width, ffn_ratio, kv_dim, activation_rate] = Axis::ALL.map(|axis| Column::of(shapes, axis));

    let mut model = Model::full();
    let mut notes = Vec::new();
    if let Some(rate) = activation_rate.constant() {
        model.drop(SPARSITY);
        let beyond = if rate == 1.0 { "MoE" } else { "any other ρ" };
        notes.push(format!(
            "ρ is {rate} in all {runs} runs fitted: the sparsity term cannot be told from capacity and is left out (κ_ρ = 0); predictions for {beyond} are extrapolation"
        ));
    }
    if let Some(ratio) = ffn_ratio.constant() {
        model.hold(ALPHA_R, 0.0);
        notes.push(format!(
            "the FFN ratio is {ratio} in all {runs} runs fitted: α_r is held at 0 and its effect is part of κ_d; the law does not know what another ratio does"
        ));
    }
    if let Some(width) = width.constant() {
        model.hold(BETA_1, 0.0);
        model.hold(BETA_2, 0.0);
        notes.push(format!(
            "the width is {width} in all {runs} runs fitted: β1 and β2 are held at 0; the law does not know what another width does"
        ));
        if ffn_ratio.constant().is_some() {
            model.drop(CAPACITY);
            notes.push("neither width nor FFN ratio varies: the capacity term is part of L_inf (κ_d = 0)".into());
        }
        if activation_rate.values.len() == 2 {
            model.hold(ALPHA_RHO, 1.0);
            notes.push(two_values("ρ", &activation_rate, "α_ρ"));
        }
    }
    match layers.values.as_slice() {
        [only] => {
            model.drop(DEPTH);
            notes.push(format!(
                "all {runs} runs fitted have {only} layers: the depth term is part of L_inf (κ_l = 0); the law does not know what another depth does"
            ));
        }
        [_, _] => {
            model.hold(ALPHA_L, 1.0);
            notes.push(two_values("the number of layers", &layers, "α_l"));
        }
        _ => {}
    }
    if let Some(kv_dim) = kv_dim.constant() {
        model.drop(KV);
        notes.push(format!(
            "the KV dimension is {kv_dim} in all {runs} runs fitted: the KV term is part of L_inf (κ_m = 0); the law does not know what another KV dimension does"
        ));
    } else if let Some(explained) = kv_dim.explained_by(&width).filter(|explained| 1.0 - explained < OWN_VARIANCE) {
        model.drop(KV);
        notes.push(format!(
            "the KV dimension follows the width ({:.1} % of the variance of its logarithm): the KV term cannot be told from capacity and is left out (κ_m = 0); the law does not know what another number of KV heads does",
            100.0 * explained
        ));
    } else if kv_dim.values.len() == 2 {
        model.hold(ALPHA_M, 1.0);
        notes.push(two_values("the KV dimension", &kv_dim, "α_m"));
    }
    (model, notes)
}

fn two_values(what: &str, column: &Column, exponent: &str) -> String {
    let (low, high) = (column.values[0], column.values[1]);
    format!(
        "{what} takes two values only, {low} and {high}: one contrast cannot give a factor and an exponent, so {exponent} is held at 1"
    )
}

/// One feature over all runs.
struct Column {
    logs: Vec<f64>,
    /// Different values, ascending.
    values: Vec<f64>,
}

impl Column {
    fn of(shapes: &[Features], axis: Axis) -> Self {
        let mut values: Vec<f64> = shapes.iter().map(|shape| shape.get(axis)).collect();
        let logs = values.iter().map(|value| value.ln()).collect();
        values.sort_by(f64::total_cmp);
        values.dedup_by(|next, kept| (*next / *kept).ln() < SAME);
        Self { logs, values }
    }

    fn constant(&self) -> Option<f64> {
        (self.values.len() == 1).then(|| self.values[0])
    }

    /// Share of this column's variance that a straight line in the other explains (both in logarithms); `None` if either
    /// is constant.
    fn explained_by(&self, other: &Self) -> Option<f64> {
        if self.values.len() < 2 || other.values.len() < 2 {
            return None;
        }
        let (own, their) = (centred(&self.logs), centred(&other.logs));
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        Some(product(&own, &their).powi(2) / (product(&own, &own) * product(&their, &their)))
    }
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| value - mean).collect()
}
