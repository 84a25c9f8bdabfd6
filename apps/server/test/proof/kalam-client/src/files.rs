//! FILE columns: forms up, files down, and what they are called.

use std::sync::{Arc, Mutex};

use kalam_client::{FileDownload, FileRef, FileUpload, KalamLinkClient};
use serde_json::{Value, json};

use crate::{
    Outcome, client, password_of, saw,
    sql::{answered, run},
};

const LARGE_BYTES: usize = 5_000_000;

/// What files are called by those who send them.
const NAMES: [&str; 10] = [
    "My Document.pdf",
    "Ünïcode Ω file.tar.gz",
    "no-extension",
    "UPPER.TXT",
    "--a  b__c--.md",
    "Ω",
    "a.longextension",
    "tail.t-x",
    "a very long name that goes on and on until it is much too long to be kept.txt",
    ".hidden",
];

pub async fn files(url: &str) -> Outcome {
    let chief = client(url, password_of("chief"))?;
    let alice = client(url, password_of("alice"))?;
    run(&chief, "CREATE NAMESPACE IF NOT EXISTS docs", &[]).await?;
    run(&chief, "CREATE USER TABLE docs.files (id INT PRIMARY KEY, doc FILE, more FILE)", &[]).await?;

    let uploads = vec![
        FileUpload::new("a", "a.txt", b"of a".to_vec()).with_mime("text/plain"),
        FileUpload::new("b", "b.bin", vec![0, 255, 13, 10, 45, 45]),
    ];
    let sql = r#"INSERT INTO files VALUES ($1, FILE("a"), file('b'))"#;
    let params = Some(vec![1.into()]);
    saw("upload", answered(alice.execute_with_files(sql, uploads, params, Some("docs")).await));
    let (doc, more) = (reference(&alice, "doc", 1).await?, reference(&alice, "more", 1).await?);
    saw("references", json!([&doc, &more]));
    saw("download of a", shown(alice.download_file(&doc, "docs", "files", None).await));
    saw("download of b", shown(alice.download_file(&more, "docs", "files", None).await));
    saw("of chief's own", shown(chief.download_file(&doc, "docs", "files", None).await));
    saw("by chief", shown(chief.download_file(&doc, "docs", "files", Some("alice")).await));
    let bob = client(url, password_of("bob"))?;
    saw("by bob", shown(bob.download_file(&doc, "docs", "files", Some("alice")).await));

    names(&alice).await?;
    large(&alice).await?;

    saw("reference as parameter", answered(run(&alice, "UPDATE docs.files SET more = $1 WHERE id = 1", &[(&doc).into()]).await));
    saw("the same file", json!(reference(&alice, "more", 1).await? == doc));
    saw("what was there", shown(alice.download_file(&more, "docs", "files", None).await));
    saw("delete", answered(run(&alice, "DELETE FROM docs.files WHERE id = 1", &[]).await));
    saw("what is deleted", shown(alice.download_file(&doc, "docs", "files", None).await));

    let extra = vec![FileUpload::new("a", "a", vec![1]), FileUpload::new("c", "c", vec![2])];
    saw("without its part", answered(alice.execute_with_files(sql, extra.clone(), Some(vec![1.into()]), Some("docs")).await));
    let one = r#"INSERT INTO docs.files VALUES (9, FILE("a"), NULL)"#;
    saw("without its place", answered(alice.execute_with_files(one, extra, None, None).await));
    saw("without a form", answered(run(&alice, one, &[]).await));
    Ok(())
}

/// The client makes up the name to ask for from what the reference says: it has to be the one that the file is stored under.
async fn names(alice: &KalamLinkClient) -> Outcome {
    let mut found = Vec::new();
    for (name, id) in NAMES.iter().zip(100..) {
        let upload = FileUpload::new("doc", *name, name.as_bytes().to_vec());
        let sql = "INSERT INTO docs.files VALUES ($1, FILE('doc'), NULL)";
        alice.execute_with_files(sql, vec![upload], Some(vec![id.into()]), None).await?;
        let doc = reference(alice, "doc", id).await?;
        let download = alice.download_file(&doc, "docs", "files", None).await;
        let stored_name = doc.stored_name().replacen(&doc.id, "<id>", 1);
        found.push(json!([doc.name, stored_name, download.is_ok_and(|file| file.bytes == name.as_bytes())]));
    }
    saw("names", json!(found));
    Ok(())
}

async fn large(alice: &KalamLinkClient) -> Outcome {
    let bytes: Vec<u8> = (0..LARGE_BYTES).map(|i| (i * i >> 7) as u8).collect();
    let upload = FileUpload::new("doc", "large", bytes.clone());
    let percent = Arc::new(Mutex::new(0.0));
    let told = percent.clone();
    let progress = Arc::new(move |progress: kalam_client::UploadProgress| *told.lock().unwrap() = progress.percent);
    let sql = "INSERT INTO docs.files VALUES (2, FILE('doc'), NULL)";
    alice.execute_with_files_with_progress(sql, vec![upload], None, None, Some(progress)).await?;
    let doc = reference(alice, "doc", 2).await?;
    let download = alice.download_file(&doc, "docs", "files", None).await?;
    saw("large", json!([*percent.lock().unwrap(), doc.size, download.bytes == bytes]));
    Ok(())
}

async fn reference(alice: &KalamLinkClient, column: &str, id: i32) -> Result<FileRef, Box<dyn std::error::Error>> {
    let response = run(alice, &format!("SELECT {column} FROM docs.files WHERE id = $1"), &[id.into()]).await?;
    Ok(response.rows()[0][0].as_file().ok_or("there is no file")?)
}

fn shown(download: kalam_client::Result<FileDownload>) -> Value {
    match download {
        Ok(file) => json!([file.bytes, file.content_type, file.content_disposition]),
        Err(error) => json!(error.to_string()),
    }
}
