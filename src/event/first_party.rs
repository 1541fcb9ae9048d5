//! Application ids of Microsoft's own applications to their names.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Well-known ids, sorted, with the names Microsoft gives them.
///
/// <https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in>
static NAMES: &[(&str, &str)] = &[
    ("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory"),
    ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"),
    ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"),
    ("00000004-0000-0ff1-ce00-000000000000", "Skype for Business Online"),
    ("00000005-0000-0ff1-ce00-000000000000", "Office 365 Yammer"),
    ("00000006-0000-0ff1-ce00-000000000000", "Microsoft Office 365 Portal"),
    ("00000007-0000-0ff1-ce00-000000000000", "Microsoft Exchange Online Protection"),
    ("00000009-0000-0000-c000-000000000000", "Power BI Service"),
    ("0000000a-0000-0000-c000-000000000000", "Microsoft Intune"),
    ("00000014-0000-0000-c000-000000000000", "Microsoft.Azure.SyncFabric"),
    ("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service"),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI"),
    ("08e18876-6177-487e-b8b5-cf950c1e598c", "SharePoint Online Web Client Extensibility"),
    ("0ec893e0-5785-4de6-99da-4ed124e5296c", "Office UWP PWA"),
    ("13937bba-652e-4c46-b222-3003f4d1ff97", "Substrate Context Service"),
    ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools"),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell"),
    ("19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins"),
    ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell"),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"),
    ("268761a2-03f3-40df-8a8b-c3db24145b6b", "Universal Store Native Client"),
    ("26a7ee05-5602-4d76-a7ba-eae8b7b67941", "Windows Search"),
    ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"),
    ("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker"),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"),
    ("5d661950-3475-41cd-a2c3-d671a3162bc1", "Microsoft Outlook"),
    ("5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "Microsoft Teams Web Client"),
    ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API"),
    ("872cd9fa-d31f-45e0-9eab-6e460a02d1f1", "Visual Studio"),
    ("89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", "Office365 Shell WCSS-Client"),
    ("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web"),
    ("a0c73c16-a7e3-4564-9a95-2bdf47383716", "Microsoft Exchange Online Remote PowerShell"),
    ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine"),
    ("aebc6443-996d-45c2-90f0-388ff96faa56", "Visual Studio Code"),
    ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal"),
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office"),
    ("f0ae4899-d877-4d3c-ae25-679e38eea492", "AAD App Management"),
    ("fb78d390-0c51-40cd-8e17-fdbfab77341b", "Microsoft Exchange REST API Based PowerShell"),
];

/// The same to be found at once: nearly every record names an application.
static NAME_OF: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| NAMES.iter().copied().collect());

/// The name of a well-known application.
pub fn name(id: &str) -> Option<&'static str> {
    NAME_OF.get(id).copied()
}

/// Whether an id is Microsoft's own: a known one, or one of the ranges no tenant can register.
pub fn is_own(id: &str) -> bool {
    name(id).is_some() || id.ends_with("-0000-c000-000000000000") || id.ends_with("-0ff1-ce00-000000000000")
}

/// Whether a text is the id, or the whole name, of an application that is known as Microsoft's own.
pub fn is_microsoft_application(text: &str) -> bool {
    is_own(&text.to_ascii_lowercase()) || NAMES.iter().any(|(_, name)| name.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_found() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(name("d3590ed6-52b3-4102-aeff-aad2292ab01c"), Some("Microsoft Office"));
        assert_eq!(name("d3590ed6"), None);
        assert!(is_own("0000000a-0000-0000-c000-000000000000"));
        assert!(!is_own("b2222222-2222-4333-8444-555555555555"));
    }
}
