//! What every page has around it.

use maud::{DOCTYPE, Markup, html};

use super::{SCRIPT_PATH, STYLE_PATH};

/// A whole page, as the bytes that go out.
pub(super) fn page(title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " - Trialwise" }
                link rel="stylesheet" href=(STYLE_PATH);
                script src=(SCRIPT_PATH) defer {}
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header.top {
                    a.home href="/" { "Trialwise" }
                    p { "Demonstration on this machine. Not for use in care." }
                }
                main #main tabindex="-1" { (content) }
                footer {
                    p { "Drawn on this machine; nothing was sent anywhere else. Trialwise is not a medical device: it supports a prescriber who can check "
                        "every statement against the record." }
                }
            }
        }
    };
    page.into_string()
}
