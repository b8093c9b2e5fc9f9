//! A site with clients that sign their calls, each with a key and settings of its own.

use actix_web::web::Bytes;
use jsonwebtoken::Algorithm;
use reqwest::{Client, RequestBuilder};

use super::PATIENT_VIEW;
use super::running::{Folder, Running};
use super::token::{Signer, claims};

const PUBLIC: &str = "https://cds.example.org";

/// The site, running.
pub struct Site {
    pub running: Running,
    signers: Vec<Signer>,
}

impl Site {
    /// Starts it with these settings and a client for each of these names and its settings.
    pub fn start(top: &str, clients: &[(&str, &str)]) -> Site {
        let folder = Folder::new();
        let mut settings = format!("public_url = \"{PUBLIC}\"\nstore.url = \"sqlite:store.db\"\n{top}\n");
        let mut signers = Vec::new();
        for (name, of_client) in clients {
            let signer = Signer::new(Algorithm::ES384, name);
            folder.write(&format!("{name}.json"), &signer.key_set().to_string());
            settings += &format!("[clients.{name}]\nissuer = \"{}\"\nkeys_file = \"{name}.json\"\n{of_client}\n", issuer(name));
            signers.push(signer);
        }
        Site { running: Running::trusting(folder, &settings, &[]), signers }
    }

    /// A signed call of the client of this place to this path.
    pub fn post(&self, caller: &Client, client: usize, path: &str, body: Bytes) -> RequestBuilder {
        let signer = &self.signers[client];
        let token = signer.token(claims(&issuer(&signer.key_id), &format!("{PUBLIC}{path}")));
        caller.post(format!("{}{path}", self.running.base)).bearer_auth(token).body(body)
    }

    /// A signed call of the client of this place about a chart that is opened.
    pub fn call(&self, caller: &Client, client: usize, body: Bytes) -> RequestBuilder {
        self.post(caller, client, PATIENT_VIEW, body)
    }
}

fn issuer(name: &str) -> String {
    format!("https://{name}.example.org")
}
