//! What a token says, and whether it may be meant for this call.

use std::borrow::Cow;

use serde::Deserialize;

use super::refusal::{Refusal, quoted};

/// The longest life of a token, in seconds.
const LONGEST_LIFE: i64 = 3600;

/// The claims of a token. A member that stands there twice makes it unreadable.
#[derive(Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    #[serde(default)]
    pub(super) tenant: Option<String>,
    aud: Audience,
    exp: Seconds,
    iat: Seconds,
    #[serde(default)]
    nbf: Option<Seconds>,
    pub(super) jti: String,
}

/// Whom a token is meant for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A point in time in seconds since 1970. A JSON number; what follows the point is dropped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seconds(i64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Seconds, D::Error> {
        // Far beyond any date the conversion stops at the ends of an i64, which is beyond every limit too.
        f64::deserialize(deserializer).map(|seconds| Seconds(seconds.floor() as i64))
    }
}

impl Claims {
    /// Whether the token's life includes now, give or take the skew (both in seconds), and is no longer than an hour.
    pub(super) fn check_times(&self, now: i64, skew: i64) -> Result<(), Refusal> {
        let (Seconds(end), Seconds(issued)) = (self.exp, self.iat);
        if end <= now.saturating_sub(skew) {
            return Err(Refusal::Expired);
        }
        if self.nbf.into_iter().chain([self.iat]).any(|Seconds(start)| start > now.saturating_add(skew)) {
            return Err(Refusal::NotYet);
        }
        let life = end.saturating_sub(issued);
        if life <= 0 || life > LONGEST_LIFE { Err(Refusal::Life) } else { Ok(()) }
    }

    /// Who gives ids to tokens: the issuer, or one organisation of it.
    pub(super) fn sender(&self) -> Cow<'_, str> {
        match &self.tenant {
            None => Cow::Borrowed(&self.iss),
            Some(tenant) => Cow::Owned(format!("{} {tenant}", self.iss)),
        }
    }

    /// Until when the token could be used again if it were not remembered, in seconds since 1970.
    pub(super) fn usable_until(&self, skew: i64) -> i64 {
        self.exp.0.saturating_add(skew)
    }

    /// Whether the token is meant for a path below a public URL, or for one of the client's other audiences.
    ///
    /// Slashes at the end and double ones are let be, as they are in the path itself.
    pub(super) fn check_audience(&self, base: &str, path: &str, others: &[String]) -> Result<(), Refusal> {
        let all = match &self.aud {
            Audience::One(one) => std::slice::from_ref(one),
            Audience::Several(several) => several,
        };
        let is_ours = |audience: &String| is_url_of(audience, base, path) || others.contains(audience);
        if all.iter().any(is_ours) {
            return Ok(());
        }
        Err(Refusal::Audience { found: quoted(&all.join(" ")), expected: format!("{base}{path}") })
    }
}

fn is_url_of(audience: &str, base: &str, path: &str) -> bool {
    let segments = |path: &'_ str| path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    audience.strip_prefix(base).is_some_and(|rest| rest.starts_with('/') && segments(rest) == segments(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn claims(exp: i64, iat: i64, nbf: Option<i64>) -> Claims {
        let audience = Audience::One(String::new());
        Claims {
            iss: String::new(),
            tenant: None,
            aud: audience,
            exp: Seconds(exp),
            iat: Seconds(iat),
            nbf: nbf.map(Seconds),
            jti: String::new(),
        }
    }

    #[track_caller]
    fn times(exp: i64, iat: i64, nbf: Option<i64>) -> Result<(), Refusal> {
        claims(NOW + exp, NOW + iat, nbf.map(|nbf| NOW + nbf)).check_times(NOW, 60)
    }

    #[test]
    fn a_token_holds_from_its_start_to_its_end_give_or_take_the_skew() {
        assert_eq!(times(300, 0, None), Ok(()));
        assert_eq!(times(-59, -300, None), Ok(()));
        assert_eq!(times(-60, -300, None), Err(Refusal::Expired));
        assert_eq!(times(300, 60, None), Ok(()));
        assert_eq!(times(300, 61, None), Err(Refusal::NotYet));
        assert_eq!(times(300, 0, Some(60)), Ok(()));
        assert_eq!(times(300, 0, Some(61)), Err(Refusal::NotYet));
    }

    #[test]
    fn a_token_lives_an_hour_at_most() {
        assert_eq!(times(3600, 0, None), Ok(()));
        assert_eq!(times(3601, 0, None), Err(Refusal::Life));
        assert_eq!(times(300, -3300, None), Ok(()));
        assert_eq!(times(300, -3301, None), Err(Refusal::Life), "issued long ago");
        assert_eq!(times(10, 10, None), Err(Refusal::Life), "no life at all");
        assert_eq!(times(10, 40, None), Err(Refusal::Life), "ends before it begins");
        assert_eq!(claims(i64::MAX, i64::MIN, None).check_times(NOW, 60), Err(Refusal::Life));
        assert_eq!(claims(i64::MIN, i64::MAX, None).check_times(NOW, 60), Err(Refusal::Expired));
    }

    fn read(json: &str) -> Option<Claims> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn each_claim_is_there_once_and_of_its_type() {
        let sound = r#""iss":"a","aud":"b","exp":1.8e9,"iat":1799999999.5,"jti":"c""#;
        let read_whole = read(&format!("{{{sound}}}")).expect("claims");
        assert!(read_whole.exp == Seconds(NOW) && read_whole.iat == Seconds(NOW - 1));
        assert!(read(&format!(r#"{{{sound},"nbf":null,"tenant":null,"sub":5,"extension":{{}}}}"#)).is_some());
        for more in [r#","iss":"d""#, r#","aud":[]"#, r#","exp":9"#, r#","nbf":"1""#, r#","tenant":[]"#] {
            assert!(read(&format!("{{{sound}{more}}}")).is_none(), "{more}");
        }
        for (from, to) in
            [("1.8e9", "\"1800000000\""), (r#""c""#, "5"), (r#""jti":"c""#, r#""x":1"#), (r#""b""#, "5"), (r#""a""#, r#"["a"]"#)]
        {
            assert!(read(&format!("{{{}}}", sound.replace(from, to))).is_none(), "{to}");
        }
    }

    fn meant(audience: &str) -> bool {
        let claims = Claims { aud: serde_json::from_str(audience).expect("an audience"), ..claims(0, 0, None) };
        claims.check_audience("https://cds.example.org/trialwise", "/cds-services/a", &["the-site".to_owned()]).is_ok()
    }

    #[test]
    fn a_token_is_meant_for_the_url_that_is_called() {
        let exact = "https://cds.example.org/trialwise/cds-services/a";
        for audience in [exact, &format!("{exact}/"), "https://cds.example.org/trialwise//cds-services//a", "the-site"] {
            assert!(meant(&format!("{audience:?}")), "{audience}");
            assert!(meant(&format!("[\"https://other.example.org\", {audience:?}]")), "{audience}");
        }
        assert!(!meant("[]"));
        for audience in [
            "",
            "the-site/",
            "https://cds.example.org/trialwise",
            "https://cds.example.org/trialwise/cds-services",
            "https://cds.example.org/trialwise/cds-services/b",
            "https://cds.example.org/trialwise/cds-services/a/feedback",
            "https://cds.example.org/trialwise/cds-services/A",
            "https://cds.example.org/trialwise.evil.example/cds-services/a",
            "https://cds.example.org/trialwisecds-services/a",
            "https://cds.example.org/cds-services/a",
            "https://CDS.example.org/trialwise/cds-services/a",
            "http://cds.example.org/trialwise/cds-services/a",
            "https://cds.example.org/trialwise/cds-services/a?x",
            "https://cds.example.org/trialwise/x/../cds-services/a",
        ] {
            assert!(!meant(&format!("{audience:?}")), "{audience}");
        }
    }
}
