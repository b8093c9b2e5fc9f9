//! The words that facts are sorted by: groups of diagnoses, groups of drugs.

use std::fmt;
use std::str::FromStr;

/// A word that the vocabulary does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown word `{0}`")]
pub struct UnknownWord(pub String);

/// An enumeration whose members are written in the tables by a fixed name.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[allow(missing_docs, reason = "each member is explained by the rows of its table")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($variant,)+ }

        impl $name {
            /// Every member, in the order of the tables.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The name in the tables.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<$name, UnknownWord> {
                match word {
                    $($word => Ok($name::$variant),)+
                    other => Err(UnknownWord(other.to_owned())),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(super) use vocabulary;

vocabulary! {
    /// A group of diagnoses that a rule asks for (`conditions.csv`).
    ConditionGroup {
        DepressionMddActive = "depression.mdd_active",
        DepressionMddPartialRemission = "depression.mdd_partial_remission",
        DepressionMddFullRemission = "depression.mdd_full_remission",
        DepressionUnspecified = "depression.unspecified",
        DepressionOther = "depression.other",
        DepressionPersistent = "depression.persistent",
        DepressionPeripartum = "depression.peripartum",
        DepressionNotMdd = "depression.not_mdd",
        DepressionSecondary = "depression.secondary",
        DepressionPsychotic = "depression.psychotic",
        DepressionTrap = "depression.trap",
        DepressionSeverityMild = "depression.severity.mild",
        DepressionSeverityModerate = "depression.severity.moderate",
        DepressionSeveritySevere = "depression.severity.severe",
        BipolarSpectrum = "bipolar.spectrum",
        IndicationOtherThanMood = "indication.other_than_mood",
        BipolarEpisodeOnly = "bipolar.episode_only",
        BipolarDrugInduced = "bipolar.drug_induced",
        BipolarPostpartumPsychosis = "bipolar.postpartum_psychosis",
        BipolarActivation = "bipolar.activation",
        BipolarMoodStabiliserExcused = "bipolar.mood_stabiliser_excused",
        BipolarFamilyHistory = "bipolar.family_history",
        Psychosis = "psychosis",
        PsychosisYieldsToDepression = "psychosis.yields_to_depression",
        Dementia = "dementia",
        DementiaMci = "dementia.mci",
        PregnancyCurrent = "pregnancy.current",
        PregnancyPostpartum = "pregnancy.postpartum",
        ContributorThyroid = "contributor.thyroid",
        ContributorThyroidHigh = "contributor.thyroid.high",
        ContributorSleepApnoea = "contributor.sleep_apnoea",
        ContributorVitaminD = "contributor.vitamin_d",
        ContributorAnaemia = "contributor.anaemia",
        ContributorChronicPain = "contributor.chronic_pain",
        ContributorChronicPainLasting = "contributor.chronic_pain.lasting",
        ContributorSubstanceUse = "contributor.substance_use",
        ContributorSubstanceUseExcludeRemission = "contributor.substance_use.exclude_remission",
        ContributorActiveStressor = "contributor.active_stressor",
        SensitiveAbuse = "sensitive.abuse",
        ComorbidityPsychiatric = "comorbidity.psychiatric",
        ComorbidityEatingDisorder = "comorbidity.eating_disorder",
        SuicideIdeation = "suicide.ideation",
        SuicideAttempt = "suicide.attempt",
        ContraindicationSeizure = "contraindication.seizure",
        ContraindicationEsketamineVascular = "contraindication.esketamine_vascular",
        ContraindicationEsketamineHaemorrhage = "contraindication.esketamine_haemorrhage",
        ContraindicationUncontrolledBp = "contraindication.uncontrolled_bp",
        CautionHypertension = "caution.hypertension",
        ContraindicationLongQt = "contraindication.long_qt",
        CautionLongQt = "caution.long_qt",
        ContraindicationLithiumRenal = "contraindication.lithium_renal",
        CautionLithiumRenal = "caution.lithium_renal",
        ContraindicationTmsMetal = "contraindication.tms_metal",
        CautionTmsDevice = "caution.tms_device",
        CautionMovementDisorder = "caution.movement_disorder",
        CautionAngleClosure = "caution.angle_closure",
        CautionHyponatraemia = "caution.hyponatraemia",
        CautionAdherence = "caution.adherence",
        CautionAdrenal = "caution.adrenal",
        ContraindicationAddison = "contraindication.addison",
        Hospice = "hospice",
        Catatonia = "catatonia",
        ContraindicationLiver = "contraindication.liver",
        CautionLiver = "caution.liver",
        CardiacRecentMi = "cardiac.recent_mi",
        CardiacOldMi = "cardiac.old_mi",
        CardiacCoronary = "cardiac.coronary",
        CardiacHeartFailure = "cardiac.heart_failure",
        CardiacArrhythmia = "cardiac.arrhythmia",
        CardiacHeartBlock = "cardiac.heart_block",
        CardiacBradycardia = "cardiac.bradycardia",
        CautionElectrolytes = "caution.electrolytes",
        CautionVolumeDepletion = "caution.volume_depletion",
        CautionParkinson = "caution.parkinson",
        DementiaLewyBody = "dementia.lewy_body",
        CautionNms = "caution.nms",
        CautionHeadInjury = "caution.head_injury",
        CautionIntracranial = "caution.intracranial",
        CautionUrinaryRetention = "caution.urinary_retention",
        CautionProstate = "caution.prostate",
        ContraindicationPhaeochromocytoma = "contraindication.phaeochromocytoma",
        ContraindicationEatingDisorder = "contraindication.eating_disorder",
        SubstanceWithdrawalSedative = "substance.withdrawal_sedative",
        SubstanceWithdrawalOther = "substance.withdrawal_other",
        SubstanceIntoxication = "substance.intoxication",
        SuicideHistory = "suicide.history",
        CautionNonsuicidalSelfHarm = "caution.nonsuicidal_self_harm",
        CautionFalls = "caution.falls",
        CautionBleedingRisk = "caution.bleeding_risk",
        CautionMetabolic = "caution.metabolic",
        CautionOsteoporosis = "caution.osteoporosis",
        CautionPsoriasis = "caution.psoriasis",
        CautionNeutropenia = "caution.neutropenia",
        PregnancyBreastfeeding = "pregnancy.breastfeeding",
        ChronicIllness = "chronic_illness",
    }
}

vocabulary! {
    /// A group of drugs that a rule asks for (`drug_groups.csv`).
    DrugGroup {
        DepressogenicStrong = "depressogenic.strong",
        DepressogenicModerate = "depressogenic.moderate",
        DepressogenicWeak = "depressogenic.weak",
        DepressogenicTreatFirst = "depressogenic.treat_first",
        SedativeChronic = "sedative.chronic",
        OpioidChronic = "opioid.chronic",
        SubstanceUseTreatment = "substance_use_treatment",
        MoodStabiliser = "mood_stabiliser",
        AntipsychoticOther = "antipsychotic.other",
        Antipsychotic = "antipsychotic",
        Maoi = "maoi",
        Serotonergic = "serotonergic",
        Cyp2d6StrongInhibitor = "cyp2d6.strong_inhibitor",
        Cyp1a22c19Inhibitor = "cyp1a2_2c19.inhibitor",
        Cyp3a4StrongInducer = "cyp3a4.strong_inducer",
        LowerSeizureThreshold = "lower_seizure_threshold",
        QtProlonging = "qt_prolonging",
        Stimulant = "stimulant",
        LithiumInteraction = "lithium_interaction",
        ThyroidHormone = "thyroid_hormone",
        Cyp3a4StrongInhibitor = "cyp3a4.strong_inhibitor",
        Cyp3a4ModerateInhibitor = "cyp3a4.moderate_inhibitor",
        Cyp2c19Inhibitor = "cyp2c19.inhibitor",
        Cyp2d6ModerateInhibitor = "cyp2d6.moderate_inhibitor",
        Tamoxifen = "tamoxifen",
        Tizanidine = "tizanidine",
        MaoBInhibitor = "mao_b_inhibitor",
        MaoiAntimicrobial = "maoi_antimicrobial",
        MaoiContraindicatedWith = "maoi.contraindicated_with",
        TriptanMaoA = "triptan.mao_a",
        TriptanOther = "triptan.other",
        Sympathomimetic = "sympathomimetic",
        Buspirone = "buspirone",
        Cyclobenzaprine = "cyclobenzaprine",
        SerotoninReuptakeInhibitor = "serotonin_reuptake_inhibitor",
        SerotonergicOpioidWarning = "serotonergic.opioid_warning",
        SerotonergicOpioidLine = "serotonergic.opioid_line",
        SerotonergicSupplement = "serotonergic.supplement",
        QtProlongingMinor = "qt_prolonging.minor",
        QtProlongingMajor = "qt_prolonging.major",
        LithiumInteractionLine = "lithium_interaction.line",
        DiureticThiazide = "diuretic.thiazide",
        Nsaid = "nsaid",
        Anticoagulant = "anticoagulant",
        Antiplatelet = "antiplatelet",
        CorticosteroidSystemic = "corticosteroid.systemic",
        AntipsychoticAugmentation = "antipsychotic.augmentation",
    }
}

/// A set of condition groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupSet(u128);

impl GroupSet {
    /// No group.
    pub const EMPTY: GroupSet = GroupSet(0);

    /// Whether the group is one of them.
    pub const fn has(self, group: ConditionGroup) -> bool {
        self.0 & (1 << group as u32) != 0
    }

    /// Whether any of these groups is one of them.
    pub fn has_any(self, groups: &[ConditionGroup]) -> bool {
        groups.iter().any(|group| self.has(*group))
    }

    /// The set with one more group.
    #[must_use]
    pub const fn with(self, group: ConditionGroup) -> GroupSet {
        GroupSet(self.0 | 1 << group as u32)
    }

    /// The set without a group.
    #[must_use]
    pub const fn without(self, group: ConditionGroup) -> GroupSet {
        GroupSet(self.0 & !(1 << group as u32))
    }

    /// All groups of both.
    #[must_use]
    pub const fn union(self, other: GroupSet) -> GroupSet {
        GroupSet(self.0 | other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The groups, in the order of the tables.
    pub fn iter(self) -> impl Iterator<Item = ConditionGroup> {
        ConditionGroup::ALL.iter().copied().filter(move |group| self.has(*group))
    }
}

impl FromIterator<ConditionGroup> for GroupSet {
    fn from_iter<I: IntoIterator<Item = ConditionGroup>>(groups: I) -> GroupSet {
        groups.into_iter().fold(GroupSet::EMPTY, GroupSet::with)
    }
}

const _: () = assert!(ConditionGroup::ALL.len() <= 128, "GroupSet holds 128 groups");
