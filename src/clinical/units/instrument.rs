//! What is measured or asked: scales and their items, laboratory values, vital signs.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::group::{UnknownWord, vocabulary};

vocabulary! {
    /// A scale, an item of a scale, a laboratory value or a vital sign (`observations.csv`, column `id`).
    Instrument {
        Phq9 = "phq-9",
        Phq9m = "phq-9m",
        Phq9Panel = "phq-9-panel",
        Phq9Item1 = "phq-9-item-1",
        Phq9Item2 = "phq-9-item-2",
        Phq9Item3 = "phq-9-item-3",
        Phq9Item4 = "phq-9-item-4",
        Phq9Item5 = "phq-9-item-5",
        Phq9Item6 = "phq-9-item-6",
        Phq9Item7 = "phq-9-item-7",
        Phq9Item8 = "phq-9-item-8",
        Phq9Item9 = "phq-9-item-9",
        Phq9Difficulty = "phq-9-difficulty",
        Phq2 = "phq-2",
        Phq2Panel = "phq-2-panel",
        MdsMood = "mds-mood",
        QidsSr16 = "qids-sr16",
        HamD17 = "ham-d17",
        Madrs = "madrs",
        BdiIi = "bdi-ii",
        Gad7 = "gad-7",
        Gad7Panel = "gad-7-panel",
        Epds = "epds",
        Mdq = "mdq",
        Rms = "rms",
        CSsrsPanel = "c-ssrs-panel",
        CSsrs1 = "c-ssrs-1",
        CSsrs2 = "c-ssrs-2",
        CSsrs3 = "c-ssrs-3",
        CSsrs4 = "c-ssrs-4",
        CSsrs5 = "c-ssrs-5",
        CSsrsBehaviourLifetime = "c-ssrs-behaviour-lifetime",
        CSsrsBehaviourRecent = "c-ssrs-behaviour-recent",
        CSsrsRiskLevel = "c-ssrs-risk-level",
        Audit = "audit",
        AuditPanel = "audit-panel",
        AuditC = "audit-c",
        AuditCPanel = "audit-c-panel",
        AuditCItem1 = "audit-c-item-1",
        AuditCItem2 = "audit-c-item-2",
        AuditCItem3 = "audit-c-item-3",
        Dast10 = "dast-10",
        Dast10Panel = "dast-10-panel",
        Tsh = "tsh",
        FreeT3 = "free-t3",
        FreeT4 = "free-t4",
        VitaminD = "vitamin-d",
        Hemoglobin = "hemoglobin",
        Mcv = "mcv",
        Ferritin = "ferritin",
        VitaminB12 = "vitamin-b12",
        Folate = "folate",
        Creatinine = "creatinine",
        Egfr = "egfr",
        Sodium = "sodium",
        Potassium = "potassium",
        Magnesium = "magnesium",
        Calcium = "calcium",
        Alt = "alt",
        Ast = "ast",
        Hba1c = "hba1c",
        Glucose = "glucose",
        Lipids = "lipids",
        Weight = "weight",
        Bmi = "bmi",
        Waist = "waist",
        BloodPressure = "blood-pressure",
        Qtc = "qtc",
        QtUncorrected = "qt-uncorrected",
        LithiumLevel = "lithium-level",
        Ahi = "ahi",
        StopBang = "stop-bang",
        PregnancyTest = "pregnancy-test",
        PregnancyTestQuantitative = "pregnancy-test-quantitative",
        PregnancyStatus = "pregnancy-status",
        Breastfeeding = "breastfeeding",
        Aims = "aims",
        Urinalysis = "urinalysis",
    }
}

impl Serialize for Instrument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
