//! Links that a card offers: to forms of the site, never to anything of a patient.

use super::Situation;
use super::card::{Card, CardCode};

/// A link that the prescriber may open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the button says.
    pub label: &'static str,
    /// Where it leads: the address that the site has set.
    pub url: String,
}

/// Gives the cards their links: each link once, on the first card that asks for what it opens.
pub(super) fn attach(cards: &mut [Card], situation: Situation<'_>) {
    let parameters = situation.knowledge.parameters();
    let forms: [(&'static str, &Option<String>, &[CardCode]); 2] = [
        ("Open the PHQ-9", &parameters.phq9_link, &[CardCode::Measure, CardCode::CompleteTrial, CardCode::NextStep]),
        ("Open the mood questionnaire", &parameters.mood_questionnaire_link, &[CardCode::Bipolar]),
    ];
    for (label, url, asking) in forms {
        let card = asking.iter().find_map(|code| cards.iter().position(|card| card.code == *code));
        if let Some((index, url)) = card.zip(url.as_ref()) {
            cards[index].links.push(Link { label, url: url.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{Situation, cards};
    use crate::clinical::knowledge::{Knowledge, SiteFile};

    const SITE: &str =
        "[parameters]\nphq9_link = \"https://forms.example/phq9\"\nmood_questionnaire_link = \"https://forms.example/mdq\"\n";

    fn links(site: &str) -> Vec<(String, String)> {
        let file = SiteFile { name: "site.toml".into(), content: site.into() };
        let knowledge = Knowledge::with_site(&file).expect("sound");
        let assessment = with_options(assessment(vec![trial("sertraline", 50.0, 60)]));
        let shown = cards(Situation { knowledge, ..situation(&assessment) });
        let of = |card: &crate::clinical::cards::Card| {
            let code = card.code.word().to_owned();
            card.links.iter().map(|link| (code.clone(), format!("{}: {}", link.label, link.url))).collect::<Vec<_>>()
        };
        shown.iter().flat_map(of).collect()
    }

    #[test]
    fn a_form_is_offered_where_the_site_has_set_its_address() {
        assert_eq!(links(SITE), [("next-step".to_owned(), "Open the PHQ-9: https://forms.example/phq9".to_owned())]);
        assert_eq!(links("[parameters]\nphq9_link = \"none\"\n"), []);
    }
}
