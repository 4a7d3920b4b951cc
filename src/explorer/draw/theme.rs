//! Colours by role, for whatever the terminal can show. No meaning rests on colour alone: with `NO_COLOR` every role
//! still differs by glyph or weight.

use ratatui::style::{Color, Modifier, Style};

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// 24-bit colour.
    True,
    /// The 256-colour cube.
    Indexed,
    /// The terminal's own sixteen.
    Ansi,
    /// None: weights and glyphs alone.
    Mono,
}

impl Palette {
    /// From the environment: `NO_COLOR` (any value), `COLORTERM`, `TERM`.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let colorterm = variable("COLORTERM").unwrap_or_default();
        let term = variable("TERM").unwrap_or_default();
        if is_set("NO_COLOR") || term == "dumb" {
            Self::Mono
        } else if colorterm == "truecolor" || colorterm == "24bit" {
            Self::True
        } else if term.contains("256color") || term.contains("kitty") || term.contains("alacritty") {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }
}

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the roles")]
pub enum Role {
    Text,
    /// Labels and units beside values.
    Label,
    /// What must be there but not be seen first: borders, the unfilled track.
    Faint,
    Title,
    Focus,
    /// Candidates that are mixtures of experts.
    CloudMoe,
    /// Dense candidates.
    CloudDense,
    /// The texture of the band around the frontier.
    Band,
    /// Candidates within it.
    CloudInBand,
    Frontier,
    /// The frontier where no budget allows it.
    FrontierOver,
    DenseFrontier,
    /// The frontier of the board as it is, beside that of an imagined one.
    Before,
    /// The one accent for what is picked.
    Pick,
    /// The one accent for what budgets forbid.
    Over,
    /// A forbidden area's shading.
    Shade,
    Reference,
    Warning,
    Good,
    Compute,
    Memory,
    /// What bounds the format at hand.
    Roof,
    /// The prompt's phase, where it stands beside the answer's.
    Prefill,
    /// The answer's.
    Decode,
}

/// One role in each palette: 24-bit, index into the 256, one of the sixteen.
const fn colours(role: Role) -> (u32, u8, Color) {
    match role {
        Role::Text | Role::Title => (0x00d5_dae3, 253, Color::Reset),
        Role::Label => (0x008b_95a7, 246, Color::Reset),
        Role::Faint => (0x0048_5163, 239, Color::DarkGray),
        Role::Focus => (0x007d_cfff, 117, Color::Cyan),
        Role::CloudMoe => (0x003f_5f86, 24, Color::Blue),
        Role::CloudDense => (0x008a_7440, 94, Color::Yellow),
        Role::Band => (0x0039_656c, 23, Color::Cyan),
        Role::CloudInBand => (0x003d_7579, 30, Color::Cyan),
        Role::Frontier | Role::Prefill => (0x0073_dac8, 80, Color::LightCyan),
        Role::FrontierOver => (0x003f_6f78, 30, Color::Cyan),
        Role::DenseFrontier | Role::Decode => (0x00e0_af68, 179, Color::LightYellow),
        Role::Before => (0x008b_95a7, 246, Color::Gray),
        Role::Pick => (0x00ff_9ef5, 213, Color::LightMagenta),
        Role::Over => (0x00f7_768e, 204, Color::LightRed),
        Role::Shade => (0x005c_3342, 52, Color::Red),
        Role::Reference | Role::Roof => (0x00c9_d1e0, 252, Color::White),
        Role::Warning => (0x00ff_b86c, 215, Color::Yellow),
        Role::Good => (0x009e_ce6a, 149, Color::LightGreen),
        Role::Compute => (0x00bb_9af7, 141, Color::LightMagenta),
        Role::Memory => (0x007a_a2f7, 111, Color::LightBlue),
    }
}

const fn weight(role: Role) -> Modifier {
    match role {
        Role::Title | Role::Frontier | Role::Pick | Role::Focus | Role::Reference => Modifier::BOLD,
        _ => Modifier::empty(),
    }
}

/// What is dimmed where there is no colour. Candidates within the band differ from those outside only by that.
const fn is_dim(role: Role) -> bool {
    matches!(role, Role::Faint | Role::Before | Role::CloudMoe | Role::CloudDense | Role::Band | Role::Shade)
}

/// Styles for every role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// What the terminal can show.
    pub palette: Palette,
}

impl Theme {
    /// The style of a role.
    pub fn style(self, role: Role) -> Style {
        let (rgb, index, ansi) = colours(role);
        let style = Style::new().add_modifier(weight(role));
        match self.palette {
            Palette::True => style.fg(Color::from_u32(rgb)),
            Palette::Indexed => style.fg(Color::Indexed(index)),
            Palette::Ansi => style.fg(ansi),
            Palette::Mono if is_dim(role) => style.add_modifier(Modifier::DIM),
            Palette::Mono => style,
        }
    }

    /// The style of a picked row: the accent, reversed where there is no colour.
    pub fn picked_row(self) -> Style {
        match self.palette {
            Palette::Mono => Style::new().add_modifier(Modifier::REVERSED),
            _ => self.style(Role::Pick),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides() {
        let with = |pairs: &'static [(&str, &str)]| {
            Palette::of_environment(|name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(with(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), Palette::Mono);
        assert_eq!(with(&[("NO_COLOR", ""), ("COLORTERM", "truecolor")]), Palette::True);
        assert_eq!(with(&[("TERM", "xterm-256color")]), Palette::Indexed);
        assert_eq!(with(&[("TERM", "linux")]), Palette::Ansi);
    }
}
