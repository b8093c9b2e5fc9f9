//! A site with clients that sign their calls, each with a key and settings of its own.

use std::net::SocketAddr;

use actix_web::web::Bytes;
use jsonwebtoken::Algorithm;
use reqwest::{Client, RequestBuilder};

use super::PATIENT_VIEW;
use super::driver::bare_call;
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

    /// A token of the client of this place for this path.
    fn token(&self, client: usize, path: &str) -> String {
        let signer = &self.signers[client];
        signer.token(claims(&issuer(&signer.key_id), &format!("{PUBLIC}{path}")))
    }

    /// A signed call of the client of this place about a chart that is opened.
    pub fn call(&self, caller: &Client, client: usize, body: Bytes) -> RequestBuilder {
        let token = self.token(client, PATIENT_VIEW);
        caller.post(format!("{}{PATIENT_VIEW}", self.running.base)).bearer_auth(token).body(body)
    }

    /// A signed call to this path for [`bare`](super::driver::bare).
    pub fn bare(&self, client: usize, path: &str, body: &[u8]) -> Bytes {
        bare_call(path, &format!("Authorization: Bearer {}\r\n", self.token(client, path)), body)
    }

    pub fn address(&self) -> SocketAddr {
        self.running.base.trim_start_matches("http://").parse().expect("an address")
    }
}

fn issuer(name: &str) -> String {
    format!("https://{name}.example.org")
}
