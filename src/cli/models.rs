//! `roofscape models`: known models, their exact parameter counts, and where their shapes are written.

use serde::Serialize;

use super::args::{Format, ListArgs, ModelsArgs, ModelsCommand, RowFormat, ShowModelArgs};
use super::streams::{Failure, Outcome, Streams};
use super::table::{Table, write_csv, write_pairs};
use engine::architecture::Architecture;
use engine::reference::{Certainty, ReferenceModel};
use engine::units;
use files::resolve::Library;
use report::body::{ModelEntry, Models, ShowModel};
use report::{Document, Entry, ModelPart, write_json};

/// A model as a row of CSV.
#[derive(Debug, Serialize)]
struct Item {
    name: String,
    family: String,
    layers: u32,
    width: u32,
    heads: u32,
    head_dim: u32,
    kv_heads: u32,
    intermediate: u32,
    experts: u32,
    top_k: u32,
    shared: u32,
    vocab: u32,
    tied: bool,
    layout: String,
    parameters_total: u64,
    parameters_active: u64,
    shape: &'static str,
    source: String,
    notes: String,
}

impl Item {
    const KEYS: [&'static str; 19] = [
        "name",
        "family",
        "layers",
        "width",
        "heads",
        "head_dim",
        "kv_heads",
        "intermediate",
        "experts",
        "top_k",
        "shared",
        "vocab",
        "tied",
        "layout",
        "parameters_total",
        "parameters_active",
        "shape",
        "source",
        "notes",
    ];

    fn new(model: &ReferenceModel) -> Self {
        let Architecture { layers, width, heads, head_dim, kv_heads, .. } = model.architecture;
        let Architecture { expert_hidden, experts, top_k, shared_hidden, vocab, tied, .. } = model.architecture;
        let ModelPart { name, family, parameters_total, parameters_active, shape, source, notes } =
            ModelPart::from(model);
        Self {
            name,
            family,
            layers,
            width,
            heads,
            head_dim,
            kv_heads,
            intermediate: expert_hidden,
            experts,
            top_k,
            shared: shared_hidden,
            vocab,
            tied,
            layout: model.architecture.layout.as_typed().join(" "),
            parameters_total,
            parameters_active,
            shape,
            source,
            notes: notes.join("; "),
        }
    }
}

fn entry(model: &ReferenceModel) -> ModelEntry {
    let entry = Entry::sized(&model.architecture);
    ModelEntry::new(model, Entry { predictions: entry.predictions.as_published(model), ..entry })
}

pub(super) fn run(args: &ModelsArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    match &args.command {
        Some(ModelsCommand::Show(args)) => show(args, library, streams),
        Some(ModelsCommand::List(args)) => list(*args, library, streams),
        None => list(args.list, library, streams),
    }
}

fn list(args: ListArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let models = library.known_models()?;
    let items = || models.iter().map(Item::new).collect::<Vec<Item>>();
    match args.format {
        RowFormat::Json => {
            let body = Models { models: models.iter().map(entry).collect() };
            write_json(&Document::plain(body), &mut *streams.out)?;
        }
        RowFormat::Csv => write_csv(&Item::KEYS, &items(), streams.out)?,
        RowFormat::Table => {
            let mut table = Table::new(&["name", "family", "parameters", "active", "shape", "vocabulary"], &[0, 1, 4]);
            for model in &models {
                let assumed = match model.certainty {
                    Certainty::Known => "",
                    Certainty::Assumed => " (assumed)",
                };
                table.row([
                    model.name.clone(),
                    model.family.clone(),
                    exactly(model.parameters_total()),
                    exactly(model.parameters_active()),
                    format!("{}{assumed}", model.architecture),
                    units::count(model.architecture.vocab as usize),
                ]);
            }
            table.write(streams.out)?;
        }
    }
    Ok(Outcome::Found)
}

fn show(args: &ShowModelArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let model = library.model(&args.model)?;
    match args.format {
        Format::Json => write_json(&Document::plain(ShowModel { model: entry(&model) }), &mut *streams.out)?,
        Format::Table => write_pairs(streams.out, &pairs(&model))?,
    }
    Ok(Outcome::Found)
}

fn pairs(model: &ReferenceModel) -> Vec<(&'static str, String)> {
    let shape = &model.architecture;
    let of_width = if f64::from(shape.width) == shape.attention_dim() { "" } else { ", not the width over the heads" };
    let hidden = match (shape.is_dense(), shape.shared_hidden) {
        (true, _) => shape.expert_hidden.to_string(),
        (false, 0) => format!("{} per expert", shape.expert_hidden),
        (false, shared) => format!("{} per expert, {shared} in the shared one", shape.expert_hidden),
    };
    let head = if shape.tied { "tied to the embedding" } else { "of its own" };
    let mut pairs = vec![
        ("model", model.name.clone()),
        ("family", model.family.clone()),
        ("shape", shape.to_string()),
        ("head size", format!("{}{of_width}", shape.head_dim)),
        ("hidden size", hidden),
        ("vocabulary", format!("{}, LM head {head}", units::count(shape.vocab as usize))),
        ("parameters", exactly(model.parameters_total())),
        ("active", exactly(model.parameters_active())),
        ("source", model.source.clone()),
    ];
    pairs.extend(shape.layout.in_words(shape.layers).into_iter().map(|phrase| ("layers", phrase)));
    if model.certainty == Certainty::Assumed {
        pairs.push(("note", "its own config.json was not seen: the shape is assumed".to_owned()));
    }
    pairs.extend(model.notes.iter().map(|note| ("note", note.clone())));
    pairs
}

fn exactly(parameters: u64) -> String {
    units::count(parameters as usize)
}
