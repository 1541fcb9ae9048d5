//! Lists of hashes that a collector leaves beside its exports (Get-FileHash through Export-Csv), compared with the files.
//!
//! Columns: <https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/get-filehash>

use crate::coverage::FileCoverage;
use crate::input::{Data, Found, Header, Limits, Reader};

/// Whether a CSV file with this header is a list of hashes.
pub(super) fn is_list(header: &Header) -> bool {
    ["algorithm", "hash", "path"].iter().all(|key| header.position(key).is_some())
}

/// Tells of every file in the folder of the list `at` whether it is what the list says, and of the list what it covers.
pub(super) fn compare(found: &Found, at: usize, files: &mut [FileCoverage], limits: &Limits) {
    let stated = stated(found, limits);
    let list = files[at].path.clone();
    let (mut same, mut other, mut missing) = (0, 0, 0);
    for (name, hash) in &stated {
        let here = files.iter_mut().find(|file| file.path != list && is_beside(&file.path, &list, name));
        let Some(file) = here else {
            missing += 1;
            continue;
        };
        let agrees = file.sha256.eq_ignore_ascii_case(hash);
        *(if agrees { &mut same } else { &mut other }) += 1;
        file.notes.push(if agrees {
            format!("its SHA-256 is the one that {list} states")
        } else {
            format!(
                "its SHA-256 is not the one that {list} states, {}: it was changed, or is another file",
                hash.to_lowercase()
            )
        });
    }
    files[at].notes.push(format!(
        "states the SHA-256 of {} files: {same} agree, {other} differ, {missing} are not beside it",
        stated.len()
    ));
}

/// File name and SHA-256 of each row; hashes of other kinds are left out.
fn stated(found: &Found, limits: &Limits) -> Vec<(String, String)> {
    let mut stated = Vec::new();
    let Ok(mut reader) = Reader::open(found, limits) else { return stated };
    while let Some(chunk) = reader.next_chunk() {
        chunk.rows(&mut |row| {
            let Ok(Data::Csv { header, fields }) = row.map(|row| row.data) else { return };
            let cell = |key| header.position(key).and_then(|at| fields.get(at)).map_or("", |text| text.trim());
            let name = cell("path").rsplit(['\\', '/']).next().unwrap_or_default();
            if cell("algorithm").eq_ignore_ascii_case("sha256") && !name.is_empty() {
                stated.push((name.to_owned(), cell("hash").to_owned()));
            }
        });
    }
    stated
}

fn is_beside(path: &str, list: &str, name: &str) -> bool {
    let split = |path: &str| path.rfind('/').map_or((0, 0), |at| (at, at + 1));
    let ((folder, file), (list_folder, _)) = (split(path), split(list));
    path.get(..folder) == list.get(..list_folder)
        && path.get(file..).is_some_and(|found| found.eq_ignore_ascii_case(name))
}
