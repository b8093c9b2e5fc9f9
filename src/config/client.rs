//! Who may call: one EHR installation, or one organisation of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::dialect::Dialect;
use super::mode::Showing;
use super::value::{WebUrl, Within};

/// One caller that is trusted (`[clients.NAME]`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// `iss` of its tokens, compared letter for letter.
    pub issuer: String,
    /// `tenant` of its tokens, where several organisations share an issuer.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Where its keys may be fetched from: the only values of the header `jku` that are followed, and fetched from where a token has none.
    #[serde(default)]
    pub jku: Vec<WebUrl>,
    /// A file with its public keys (a JSON Web Key Set), for clients without `jku`.
    #[serde(default)]
    pub keys_file: Option<PathBuf>,
    /// With which algorithms it may sign.
    #[serde(default = "Algorithm::recommended")]
    pub algorithms: Vec<Algorithm>,
    /// Further values of `aud` that are taken beside the URL that is called, for EHRs where the site types one in.
    #[serde(default)]
    pub audiences: Vec<String>,
    /// Whether its key set may lie on this machine or in a private network.
    #[serde(default)]
    pub private_network: bool,
    /// The FHIR servers that it may name. A token goes to no other.
    #[serde(default)]
    pub fhir: Vec<FhirServer>,
    /// How its FHIR servers are asked.
    #[serde(default)]
    pub dialect: Dialect,
    /// How it wants its cards.
    #[serde(default)]
    pub cards: CardForm,
    /// How many calls a second it may make, on average.
    #[serde(default = "Client::rate")]
    pub calls_per_second: Within<1, 100_000>,
    /// What is shown to it, by every service.
    #[serde(default)]
    pub showing: Showing,
    /// What one service shows to it, by the id of the service.
    #[serde(default)]
    pub services: BTreeMap<String, Showing>,
}

impl Client {
    const fn rate() -> Within<1, 100_000> {
        Within::new(200)
    }
}

/// How a client wants its cards (`[clients.NAME.cards]`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CardForm {
    /// In which form the detail is sent.
    pub detail: Detail,
    /// Whether drafts are offered.
    pub suggestions: bool,
    /// Whether links to the site's forms are sent.
    pub links: bool,
    /// Whether reasons to set a card aside are sent.
    pub override_reasons: bool,
}

impl Default for CardForm {
    fn default() -> CardForm {
        CardForm { detail: Detail::Markdown, suggestions: true, links: true, override_reasons: true }
    }
}

/// In which form the detail of a card is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// GitHub-flavoured Markdown, as CDS Hooks has it.
    #[default]
    Markdown,
    /// Text without marks.
    Plain,
    /// HTML, with the extension by which one large EHR is told so.
    Html,
}

/// A FHIR server of a client.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FhirServer {
    /// Its base; `fhirServer` of a request has to be this.
    pub url: WebUrl,
    /// Whether it may be asked without a token (an open test server).
    #[serde(default)]
    pub open: bool,
    /// Whether it may lie on this machine or in a private network.
    #[serde(default)]
    pub private_network: bool,
    /// A file with certificates of authorities that it may be signed by, beside those of the system (PEM).
    #[serde(default)]
    pub authorities_file: Option<PathBuf>,
}

/// How a token is signed: asymmetric only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[allow(missing_docs, reason = "the names of RFC 7518 and RFC 8037")]
pub enum Algorithm {
    ES256,
    ES384,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    EdDSA,
}

impl Algorithm {
    /// The two that CDS Hooks recommends.
    fn recommended() -> Vec<Algorithm> {
        vec![Algorithm::ES384, Algorithm::RS384]
    }
}
