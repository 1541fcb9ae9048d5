//! Writes the logs of many tenants for measurements: `cargo run --release --example tenants -- 200 10000 folder`.

#[allow(dead_code)] // records are counted here, not bytes
mod generate;

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (text, code) = match run(&arguments) {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(text) => (text, ExitCode::FAILURE),
    };
    let _ = writeln!(io::stderr(), "{text}");
    code
}

fn run(arguments: &[String]) -> Result<String, String> {
    let usage = "expected: how many tenants, how many records each, the folder to write, and perhaps a seed";
    let [tenants, records, folder, seed @ ..] = arguments else { return Err(usage.into()) };
    let number = |text: &String| text.parse::<u64>().map_err(|_| format!("{text}: {usage}"));
    let (tenants, records) = (number(tenants)?, number(records)?);
    let seed = seed.first().map_or(Ok(1), number)?;
    for index in 0..tenants {
        let place = Path::new(folder).join(format!("tenant-{index:03}"));
        std::fs::create_dir_all(&place)
            .and_then(|()| tenant(&place, index, tenants, records, seed))
            .map_err(|error| format!("{}: {error}", place.display()))?;
    }
    Ok(format!("{folder}: {tenants} tenants of {records} records, generator {}", generate::VERSION))
}

/// The second, the middle and the last but one are broken, each in its own way: nothing there, no log there, an
/// archive that is cut. Every twentieth was met by one and the same intruder.
fn tenant(place: &Path, index: u64, tenants: u64, records: u64, seed: u64) -> io::Result<()> {
    let middle = tenants / 2;
    if tenants >= 5 && index == 1 {
        return Ok(());
    } else if tenants >= 5 && index == middle {
        return std::fs::write(place.join("read me.txt"), "The logs follow by post.\n");
    } else if tenants >= 5 && index == tenants - 2 {
        return std::fs::write(place.join("logs.zip"), b"PK\x03\x04 the rest never arrived");
    }
    let mut out = BufWriter::with_capacity(1 << 20, File::create(place.join("audit.ndjson"))?);
    let id = format!("91b7a7d0-3f5e-4a51-9d7e-{index:012}");
    generate::write_tenant(&mut out, records, seed * 1_000_000 + index, &id)?;
    if index.is_multiple_of(20) {
        writeln!(
            out,
            r#"{{"CreationTime":"2026-01-14T03:10:00","Id":"6c67c0fc-01da-4875-ae42-{index:012}","Operation":"Set-Mailbox","OrganizationId":"{id}","RecordType":1,"ResultStatus":"True","UserKey":"k","UserType":2,"Version":1,"Workload":"Exchange","ClientIP":"102.89.23.77:59197","ObjectId":"clerk","UserId":"clerk@bench.example","OrganizationName":"bench.onmicrosoft.example","Parameters":[{{"Name":"Identity","Value":"clerk"}},{{"Name":"ForwardingSmtpAddress","Value":"smtp:ledger@inbox-archive.example"}}]}}"#
        )?;
    }
    out.flush()
}
