//! Whether settings fit what is compiled in: services and cards.

use crate::clinical::cards::CardCode;
use crate::config::{Config, Misfit, Showing};
use crate::hooks::Services;

/// Every service and card that the settings name and nobody knows.
pub fn misfits(config: &Config, services: &Services) -> Vec<Misfit> {
    let of_all = config.services.iter().map(|(id, showing)| (format!("services.{id}"), Some(id), showing));
    let of_clients = config.clients.iter().flat_map(|(name, client)| {
        let services = client.services.iter().map(move |(id, showing)| (format!("clients.{name}.services.{id}"), Some(id), showing));
        services.chain([(format!("clients.{name}.showing"), None, &client.showing)])
    });
    let ids: Vec<&str> = services.ids().collect();
    let found = of_all.chain(of_clients).flat_map(|(key, id, showing)| {
        let stranger = id.filter(|id| services.get(id).is_none()).map(|id| Misfit::unknown(key.clone(), id, ids.iter().copied()));
        stranger.into_iter().chain(unknown_cards(&key, showing))
    });
    found.collect()
}

fn unknown_cards(key: &str, showing: &Showing) -> Vec<Misfit> {
    let known = CardCode::ALL.map(CardCode::word);
    let cards = showing.cards.iter().flatten().enumerate().filter(|(_, card)| !known.contains(&card.as_str()));
    cards.map(|(index, card)| Misfit::unknown(format!("{key}.cards[{index}]"), card, known)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_and_cards_that_nobody_knows_are_told_with_the_nearest() {
        let content = "[services.trialwise-patient-viw]\ncards = [\"measure\", \"safty\"]\n[services.trialwise-order-sign]\ncards = [\"safety\"]\n\
            [clients.a]\nissuer = \"i\"\nshowing.cards = [\"x\"]\nservices.y = { mode = \"off\" }\n";
        let config = Config::parse("site.toml", content).expect("settings");
        let told: Vec<String> = misfits(&config, &Services::builtin().expect("sound"))
            .into_iter()
            .map(|misfit| format!("{}: {}", misfit.key, misfit.what))
            .collect();
        assert_eq!(told.len(), 4, "{told:?}");
        assert_eq!(told[0], "services.trialwise-patient-viw: `trialwise-patient-viw` is not known; did you mean `trialwise-patient-view`?");
        assert_eq!(told[1], "services.trialwise-patient-viw.cards[1]: `safty` is not known; did you mean `safety`?");
        assert!(told[2].starts_with("clients.a.services.y: `y` is not known; known here: trialwise-order-select, "), "{told:?}");
        assert!(told[3].starts_with("clients.a.showing.cards[0]: "), "{told:?}");
    }
}
