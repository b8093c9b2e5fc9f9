//! Whether a service speaks, and how much.

use serde::Deserialize;

use super::{Client, Config};

/// Whether a service speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nothing is read: the answer is empty.
    Off,
    /// Everything is computed and recorded, and the answer is empty.
    Silent,
    /// Cards are shown.
    #[default]
    Visible,
}

/// What a service shows. What a client sets for a service stands above what it sets for all, and that above what is set for everybody;
/// of two modes the quieter one holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Showing {
    /// Whether it speaks; visible where nothing is said.
    pub mode: Option<Mode>,
    /// How many cards at most (`safety` and critical `interaction` are not counted); else the knowledge's own number holds.
    pub max_cards: Option<super::value::Within<0, 8>>,
    /// Which cards may be shown, by their codes; all where nothing is said. A card of indicator critical is shown whatever stands here
    /// (rules.md 10: critical cards are exempt from every rule against alert fatigue); only a mode silences it.
    pub cards: Option<Vec<String>>,
}

/// What holds for one client and one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Whether it speaks.
    pub mode: Mode,
    /// How many cards at most; the knowledge's own number where nothing is said.
    pub max_cards: Option<u64>,
    /// The codes of the cards that may be shown; all where nothing is said.
    pub cards: Option<&'a [String]>,
}

impl Mode {
    /// As it stands in settings, logs and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Mode::Off => "off",
            Mode::Silent => "silent",
            Mode::Visible => "visible",
        }
    }
}

impl Config {
    /// What a service shows to a client; to nobody in particular (`--dev`) what everybody gets.
    ///
    /// The client is the one whose token was checked, not its name: while settings are exchanged these may be older than it is, and a
    /// client that is to be silent must not be shown cards for not being known yet.
    pub fn shown<'a>(&'a self, client: Option<&'a Client>, service: &str) -> Shown<'a> {
        let of_client = [client.and_then(|client| client.services.get(service)), client.map(|client| &client.showing)];
        // From the special to the general.
        let said: Vec<&Showing> = of_client.into_iter().flatten().chain(self.services.get(service)).collect();
        let modes = said.iter().filter_map(|showing| showing.mode).chain(self.off.then_some(Mode::Off));
        Shown {
            mode: modes.min().unwrap_or_default(),
            max_cards: said.iter().find_map(|showing| showing.max_cards).map(super::value::Within::get),
            cards: said.iter().find_map(|showing| showing.cards.as_deref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "[services.s]\nmode = \"silent\"\nmax_cards = 2\ncards = [\"measure\"]\n\
        [clients.a]\nissuer = \"a\"\nshowing.mode = \"visible\"\nshowing.max_cards = 5\n[clients.a.services.t]\nmode = \"off\"\nmax_cards = 1\n\
        [clients.b]\nissuer = \"b\"\nservices.s = { cards = [] }\n";

    fn shown(extra: &str, client: &str, service: &str) -> (Mode, Option<u64>, Option<Vec<String>>) {
        let config = Config::parse("site.toml", &format!("{extra}{SITE}")).expect("settings");
        let Shown { mode, max_cards, cards } = config.shown(config.clients.get(client), service);
        (mode, max_cards, cards.map(<[String]>::to_vec))
    }

    #[test]
    fn of_two_modes_the_quieter_holds() {
        assert_eq!(shown("", "a", "s").0, Mode::Silent);
        assert_eq!(shown("", "a", "t").0, Mode::Off);
        assert_eq!(shown("", "a", "u").0, Mode::Visible);
        assert_eq!(shown("", "nobody", "s").0, Mode::Silent);
        assert_eq!(shown("", "nobody", "u").0, Mode::Visible);
    }

    #[test]
    fn the_special_number_and_list_stand_above_the_general() {
        let measure = Some(vec!["measure".to_owned()]);
        assert_eq!(shown("", "a", "s"), (Mode::Silent, Some(5), measure.clone()));
        assert_eq!(shown("", "a", "t").1, Some(1));
        assert_eq!(shown("", "b", "s"), (Mode::Silent, Some(2), Some(Vec::new())));
        assert_eq!(shown("", "nobody", "s"), (Mode::Silent, Some(2), measure));
        assert_eq!(shown("", "nobody", "u"), (Mode::Visible, None, None));
    }

    #[test]
    fn a_client_that_other_settings_do_not_know_yet_brings_its_own() {
        let [before, after] = ["", SITE].map(|content| Config::parse("site.toml", content).expect("settings"));
        assert_eq!(before.shown(after.clients.get("a"), "t").mode, Mode::Off);
    }

    #[test]
    fn the_kill_switch_is_above_all() {
        for (client, service) in [("a", "s"), ("a", "u"), ("nobody", "u")] {
            assert_eq!(shown("off = true\n", client, service).0, Mode::Off);
        }
    }
}
