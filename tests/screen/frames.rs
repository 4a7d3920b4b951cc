//! Whole frames as snapshots: text at the sizes people use, colours once per palette that differs.

use engine::budget::Limit;
use engine::hardware::{Efficiency, Overhead};
use engine::precision::Precision;
use roofscape::explorer::draw::theme::Palette;
use roofscape::explorer::headless::{Headless, styles, text};
use roofscape::explorer::message::Action;
use roofscape::explorer::open::Choices;
use roofscape::explorer::screen::Screen;
use roofscape::explorer::screens::hardware::action::HardwareAction;

fn session(size: (u16, u16)) -> Headless {
    Headless::open(&Choices::default(), size).expect("built-in files open")
}

#[test]
fn opening_at_80_by_24() {
    insta::assert_snapshot!(text(&session((80, 24)).frame()));
}

#[test]
fn opening_at_120_by_40() {
    insta::assert_snapshot!(text(&session((120, 40)).frame()));
}

#[test]
fn the_pick_takes_the_tables_place_at_80_by_24() {
    let mut session = session((80, 24));
    session.keys("p");
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn a_memory_budget_takes_a_strip_away() {
    let mut session = session((120, 40));
    session.tell(Action::LiftBudgets);
    session.tell(Action::SetBudget(Limit::Memory, 2e9));
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn nothing_feasible() {
    let mut session = session((80, 24));
    session.tell(Action::SetBudget(Limit::Total, 0.012));
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn colours_of_the_opening() {
    insta::assert_snapshot!(styles(&session((80, 24)).frame()));
}

#[test]
fn without_colour_nothing_is_coloured() {
    let mut session = session((80, 24)).with_palette(Palette::Mono);
    let frame = session.frame();
    assert!(frame.content.iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
}

#[test]
fn sixteen_colours_are_the_terminals_own() {
    let mut session = session((120, 40)).with_palette(Palette::Ansi);
    let frame = session.frame();
    let foreign = |colour| matches!(colour, ratatui::style::Color::Rgb(..) | ratatui::style::Color::Indexed(_));
    assert!(frame.content.iter().all(|cell| !foreign(cell.fg)));
}

/// Resamples the runs, as often as a test can wait for.
fn settle(session: &mut Headless) {
    session.state.bootstrap.resamples = 40;
    session.settle();
}

/// The frontier of a law fitted to built-in runs, resampled.
fn uncertain_frontier(data: &str, size: (u16, u16)) -> Headless {
    let choices = Choices { data: Some(data.into()), ..Choices::default() };
    let mut session = Headless::open(&choices, size).expect("built-in files open");
    settle(&mut session);
    session
}

#[test]
fn an_uncertain_frontier_at_80_by_24() {
    insta::assert_snapshot!(text(&uncertain_frontier("synthetic-170", (80, 24)).frame()));
}

#[test]
fn an_uncertain_frontier_at_120_by_40() {
    insta::assert_snapshot!(text(&uncertain_frontier("tiny", (120, 40)).frame()));
}

#[test]
fn colours_of_an_uncertain_frontier() {
    insta::assert_snapshot!(styles(&uncertain_frontier("tiny", (80, 24)).frame()));
}

#[test]
fn without_colour_candidates_in_the_band_differ_by_weight() {
    let mut session = uncertain_frontier("tiny", (120, 40)).with_palette(Palette::Mono);
    let frame = session.frame();
    let texture = frame.content.iter().filter(|cell| cell.symbol() == "⠡").count();
    assert!(texture > 20, "{texture}");
    let is_cloud = |cell: &&ratatui::buffer::Cell| {
        ('\u{2800}'..='\u{28ff}').contains(&cell.symbol().chars().next().unwrap_or(' '))
    };
    let dim = ratatui::style::Modifier::DIM;
    let (outside, within): (Vec<_>, Vec<_>) = frame
        .content
        .iter()
        .filter(is_cloud)
        .filter(|cell| cell.symbol() != "⠡")
        .partition(|cell| cell.modifier.contains(dim));
    assert!(outside.len() > 200 && within.len() > 60, "{} {}", outside.len(), within.len());
}

/// The Fit screen of the runs shipped with the program, or of the published law.
fn fit_screen(data: Option<&str>, size: (u16, u16)) -> Headless {
    let choices = Choices { data: data.map(str::to_owned), ..Choices::default() };
    let mut session = Headless::open(&choices, size).expect("built-in files open");
    settle(&mut session);
    session.keys("v");
    session.settle();
    session
}

#[test]
fn fit_of_tiny_at_80_by_24() {
    insta::assert_snapshot!(text(&fit_screen(Some("tiny"), (80, 24)).frame()));
}

#[test]
fn fit_of_tiny_at_120_by_40() {
    insta::assert_snapshot!(text(&fit_screen(Some("tiny"), (120, 40)).frame()));
}

#[test]
fn fit_of_tiny_at_200_by_60() {
    insta::assert_snapshot!(text(&fit_screen(Some("tiny"), (200, 60)).frame()));
}

#[test]
fn coefficients_take_the_runs_place_at_80_by_24() {
    let mut session = fit_screen(Some("tiny"), (80, 24));
    session.keys("p");
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn forms_compared_at_80_by_24() {
    let mut session = fit_screen(Some("tiny"), (80, 24));
    session.keys("c");
    session.settle();
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn forms_being_compared_at_120_by_40() {
    let mut session = fit_screen(Some("tiny"), (120, 40));
    session.keys("c");
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn the_help_of_the_fit_at_80_by_24() {
    let mut session = fit_screen(Some("tiny"), (80, 24));
    session.keys("?");
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn fit_of_a_published_law_at_80_by_24() {
    insta::assert_snapshot!(text(&fit_screen(None, (80, 24)).frame()));
}

/// The Hardware screen of what is picked at first, after these keys.
fn hardware_screen(keys: &str, size: (u16, u16)) -> Headless {
    let mut session = session(size);
    session.tell(Action::Show(Screen::Hardware));
    session.keys(keys);
    session
}

#[test]
fn hardware_at_80_by_24() {
    insta::assert_snapshot!(text(&hardware_screen("", (80, 24)).frame()));
}

#[test]
fn hardware_at_120_by_40() {
    insta::assert_snapshot!(text(&hardware_screen("", (120, 40)).frame()));
}

#[test]
fn hardware_in_int8_at_200_by_60() {
    insta::assert_snapshot!(text(&hardware_screen("ff", (200, 60)).frame()));
}

#[test]
fn two_architectures_under_the_same_roofs_at_80_by_24() {
    insta::assert_snapshot!(text(&hardware_screen("c", (80, 24)).frame()));
}

#[test]
fn two_architectures_under_the_same_roofs_at_120_by_40() {
    insta::assert_snapshot!(text(&hardware_screen("c", (120, 40)).frame()));
}

#[test]
fn a_calibrated_board_stays_below_its_peaks() {
    let mut session = hardware_screen("", (120, 40));
    let board = &mut session.state.shelf.boards[0];
    let overhead = Overhead::both(20e-6);
    board.modes[0].efficiency = Efficiency { compute: 0.55, bandwidth: 0.8, overhead, ..Efficiency::IDEAL }.into();
    // Priced anew: the answer at hand is the ideal board's.
    let computable = Precision::ALL.iter().filter(|known| !["fp8", "nvfp4"].contains(&known.name)).count();
    session.keys(&"f".repeat(computable));
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn colours_of_the_hardware() {
    let mut session = hardware_screen("", (80, 24));
    session.tell(Action::Hardware(HardwareAction::SelectOperator("gate_up")));
    insta::assert_snapshot!(styles(&session.frame()));
}

#[test]
fn colours_of_the_fit() {
    insta::assert_snapshot!(styles(&fit_screen(Some("tiny"), (80, 24)).frame()));
}

/// The Evolution screen of what is asked at first, after these keys.
fn evolution_screen(keys: &str, size: (u16, u16)) -> Headless {
    let mut session = session(size);
    session.tell(Action::Show(Screen::Evolution));
    session.keys(keys);
    session
}

#[test]
fn evolution_at_80_by_24() {
    insta::assert_snapshot!(text(&evolution_screen("", (80, 24)).frame()));
}

#[test]
fn evolution_at_120_by_40() {
    insta::assert_snapshot!(text(&evolution_screen("x", (120, 40)).frame()));
}

#[test]
fn evolution_of_prefill_at_200_by_60() {
    insta::assert_snapshot!(text(&evolution_screen("o", (200, 60)).frame()));
}

#[test]
fn colours_of_the_evolution() {
    insta::assert_snapshot!(styles(&evolution_screen("", (80, 24)).frame()));
}

/// The Theory screen of what is asked at first, after these keys.
fn theory_screen(keys: &str, size: (u16, u16)) -> Headless {
    let mut session = session(size);
    session.tell(Action::Show(Screen::Theory));
    session.keys(keys);
    session.settle();
    session
}

#[test]
fn theory_at_80_by_24() {
    insta::assert_snapshot!(text(&theory_screen("", (80, 24)).frame()));
}

#[test]
fn curves_of_the_theory_at_80_by_24() {
    insta::assert_snapshot!(text(&theory_screen("p", (80, 24)).frame()));
}

#[test]
fn theory_at_120_by_40() {
    insta::assert_snapshot!(text(&theory_screen("", (120, 40)).frame()));
}

#[test]
fn theory_under_decode_and_memory_budgets_at_200_by_60() {
    let mut session = theory_screen("x", (200, 60));
    session.tell(Action::SetBudget(Limit::Tpot, 0.005));
    session.tell(Action::SetBudget(Limit::Memory, 4e9));
    session.settle();
    insta::assert_snapshot!(text(&session.frame()));
}

#[test]
fn colours_of_the_theory() {
    insta::assert_snapshot!(styles(&theory_screen("", (80, 24)).frame()));
}
