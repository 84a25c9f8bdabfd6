//! Statements: what they say, what they give and how they fail.

use std::{future::Future, pin::Pin, sync::Arc};

use kalam_client::{AuthProvider, DynamicAuthProvider, KalamLinkClient, QueryParam, QueryResponse};
use serde_json::{Value, json};

use crate::{Outcome, PASSWORD, client, password_of, saw, wait_for};

type Answer = kalam_client::Result<QueryResponse>;

pub async fn statements(url: &str) -> Outcome {
    // As it is without a word about how a base URL ends.
    let chief = client(&format!("{url}/"), password_of("chief"))?;
    for (what, text) in [
        ("namespace", "CREATE NAMESPACE shop"),
        ("table", "CREATE TABLE shop.items (id BIGINT PRIMARY KEY, name TEXT NOT NULL, price DECIMAL(10,2) DEFAULT 1.5)"),
        ("insert", "INSERT INTO shop.items (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')"),
        ("update", "UPDATE shop.items SET price = 20 WHERE id > 1"),
        ("update of nothing", "UPDATE shop.items SET price = 20 WHERE id > 1"),
        ("delete", "DELETE FROM shop.items WHERE name = 'three'"),
        ("select", "SELECT id, name, price FROM shop.items ORDER BY id DESC"),
        ("group", "SELECT count(*) AS n, max(id) AS newest FROM shop.items"),
        (
            "several",
            "INSERT INTO shop.items (id, name) VALUES (4, 'a'); INSERT INTO shop.items (id, name) VALUES (5, 'b'); SELECT 1 AS one",
        ),
        ("transaction", "BEGIN; DELETE FROM shop.items WHERE id = 4; COMMIT"),
        ("rolled back", "BEGIN; DELETE FROM shop.items; ROLLBACK"),
        ("what is left", "SELECT id FROM shop.items"),
        ("alter", "ALTER TABLE shop.items ADD COLUMN stock INT"),
        ("describe", "DESCRIBE TABLE shop.items"),
        ("tables", "SHOW TABLES IN shop"),
        ("drop", "DROP TABLE shop.items"),
    ] {
        saw(what, answered(run(&chief, text, &[]).await));
    }
    // In a namespace that the request names.
    chief.execute_query("CREATE TABLE named (id INT PRIMARY KEY)", None, None, Some("shop")).await?;
    saw("in a namespace", answered(chief.execute_query("SELECT * FROM named", None, None, Some("shop")).await));
    saw("in no namespace", answered(run(&chief, "SELECT count(*) AS n FROM shop.named", &[]).await));
    Ok(())
}

/// Values that go in as parameters and come out as cells, by the client's own ways to read them.
pub async fn cells(url: &str) -> Outcome {
    let chief = client(url, password_of("chief"))?;
    run(&chief, "CREATE NAMESPACE IF NOT EXISTS types", &[]).await?;
    run(&chief, "CREATE TABLE types.numbers (id BIGINT PRIMARY KEY)", &[]).await?;
    let numbers = [i64::MIN, -9_007_199_254_740_993, -1, 0, 9_007_199_254_740_993, i64::MAX];
    for number in numbers {
        run(&chief, "INSERT INTO types.numbers VALUES ($1)", &[number.into()]).await?;
    }
    let kept = run(&chief, "SELECT id FROM types.numbers ORDER BY id", &[]).await?;
    saw("numbers are kept", json!(kept.rows().iter().filter_map(|row| row[0].as_big_int()).eq(numbers)));
    let found = run(&chief, "SELECT count(*) AS n FROM types.numbers WHERE id IN ($1, $2)", &[i64::MAX.into(), i64::MIN.into()]).await?;
    saw("numbers are found", json!(found.get_i64("n")));

    let params: [QueryParam; 6] = [i64::MAX.into(), 3.0.into(), 0.1.into(), "a'b; DROP TABLE x".into(), true.into(), ().into()];
    saw("parameters", answered(run(&chief, "SELECT $1, $2, $3, $4, $5, $6", &params).await));

    let columns = "id INT PRIMARY KEY, yes BOOLEAN, small SMALLINT, big BIGINT, f FLOAT, d DOUBLE, price DECIMAL(10,2), body TEXT, raw BYTES, \
                   doc JSON, at TIMESTAMP, moment DATETIME, day DATE, hour TIME, u UUID, v EMBEDDING(3)";
    run(&chief, &format!("CREATE TABLE types.everything ({columns})"), &[]).await?;
    let given: [QueryParam; 16] = [
        1.into(),
        true.into(),
        7_i16.into(),
        "42".into(),
        1.5_f32.into(),
        2.25.into(),
        "200.75".into(),
        "text".into(),
        "bytes".into(),
        r#"{"a":[1]}"#.into(),
        "2026-01-31T12:00:00.000001Z".into(),
        "2026-01-31T12:00:00+02:00".into(),
        "2026-01-31".into(),
        "12:34:56.5".into(),
        "01890a5d-ac96-774b-bcce-b302099a8057".into(),
        "[1, 2.5, -3]".into(),
    ];
    let places: Vec<String> = (1..=given.len()).map(|n| format!("${n}")).collect();
    run(&chief, &format!("INSERT INTO types.everything VALUES ({})", places.join(", ")), &given).await?;
    let response = run(&chief, "SELECT * FROM types.everything", &[]).await?;
    let result = &response.results[0];
    saw("types", json!(result.schema.iter().map(|field| json!([field.name, field.data_type])).collect::<Vec<_>>()));
    let row = result.row_as_map(0).ok_or("there is no row")?;
    saw("boolean", json!(row["yes"].as_boolean()));
    saw("small int", json!(row["small"].as_small_int()));
    saw("int", json!(row["id"].as_int()));
    saw("big int", json!(row["big"].as_big_int()));
    saw("float", json!(row["f"].as_float()));
    saw("double", json!(row["d"].as_double()));
    saw("decimal", json!(row["price"].as_decimal()));
    saw("text", json!(row["body"].as_text()));
    saw("bytes", json!(row["raw"].as_bytes()));
    saw("json as its own", json!(row["doc"].as_json()));
    saw("json as text", json!(row["doc"].as_text()));
    saw("timestamp", json!(row["at"].as_timestamp()));
    saw("datetime", json!(row["moment"].as_datetime()));
    saw("date", json!(row["day"].as_date()));
    saw("time", json!(row["hour"].as_time()));
    saw("uuid", json!(row["u"].as_uuid()));
    saw("embedding", json!(row["v"].as_embedding()));
    Ok(())
}

pub async fn errors(url: &str) -> Outcome {
    let chief = client(url, password_of("chief"))?;
    let alice = client(url, password_of("alice"))?;
    run(&chief, "CREATE NAMESPACE IF NOT EXISTS faults", &[]).await?;
    run(&chief, "CREATE TABLE faults.t (id INT PRIMARY KEY)", &[]).await?;
    run(&chief, "INSERT INTO faults.t VALUES (1)", &[]).await?;
    for (what, text) in [
        ("unknown table", "SELECT * FROM faults.nowhere"),
        ("no SQL", "FROBNICATE"),
        ("duplicate key", "INSERT INTO faults.t VALUES (1)"),
        ("second of three", "INSERT INTO faults.t VALUES (2); INSERT INTO faults.t VALUES (2); INSERT INTO faults.t VALUES (3)"),
        ("as far as it came", "SELECT id FROM faults.t"),
        ("open quote", "SELECT 'a"),
        ("nothing", "-- nothing"),
    ] {
        saw(what, answered(run(&chief, text, &[]).await));
    }
    saw("parameters of several", answered(run(&chief, "SELECT $1; SELECT $1", &[1.into()]).await));
    saw("a list as parameter", answered(run(&chief, "SELECT $1", &[QueryParam::Json(json!([1]))]).await));
    for (what, text) in [
        ("plain user, unknown table", "SELECT * FROM faults.nowhere"),
        ("plain user, private table", "SELECT * FROM faults.t"),
        ("plain user, system table", "SELECT * FROM system.users"),
        ("plain user, namespace", "CREATE NAMESPACE mine"),
    ] {
        saw(what, answered(run(&alice, text, &[]).await));
    }
    let nobody = client(url, AuthProvider::none())?;
    saw("nobody", answered(run(&nobody, "SELECT 1", &[]).await));
    let stranger = client(url, AuthProvider::jwt_token("not.a.token".into()))?;
    saw("wrong token", answered(run(&stranger, "SELECT 1", &[]).await));
    Ok(())
}

/// Whose rows are whose, and a client that is asked for its token each time.
pub async fn callers(url: &str) -> Outcome {
    let chief = client(url, password_of("chief"))?;
    run(&chief, "CREATE NAMESPACE IF NOT EXISTS own", &[]).await?;
    run(&chief, "CREATE USER TABLE own.notes (id INT PRIMARY KEY, body TEXT)", &[]).await?;
    for user in ["alice", "bob"] {
        let own = client(url, password_of(user))?;
        run(&own, "INSERT INTO own.notes VALUES (1, $1)", &[user.into()]).await?;
        saw(user, answered(run(&own, "SELECT body FROM own.notes", &[]).await));
    }
    saw("chief", answered(run(&chief, "SELECT body FROM own.notes", &[]).await));
    saw("chief for bob", answered(run(&chief, "EXECUTE AS USER 'bob' (SELECT body FROM own.notes)", &[]).await));

    let token = chief.login("alice", PASSWORD).await?.access_token;
    let asked = KalamLinkClient::builder().base_url(url).auth_provider(Arc::new(Keeper(token))).build()?;
    saw("before it connects", answered(run(&asked, "SELECT CURRENT_USER() AS me", &[]).await));
    asked.connect().await?;
    saw("when it is connected", answered(run(&asked, "SELECT CURRENT_USER() AS me", &[]).await));
    asked.disconnect().await;
    Ok(())
}

struct Keeper(String);

impl DynamicAuthProvider for Keeper {
    fn get_auth(&self) -> Pin<Box<dyn Future<Output = kalam_client::Result<AuthProvider>> + Send + '_>> {
        Box::pin(async { Ok(AuthProvider::jwt_token(self.0.clone())) })
    }
}

pub async fn expiry(url: &str) -> Outcome {
    let text = "SELECT CURRENT_USER() AS me";
    let by_password = client(url, password_of("chief"))?;
    let token = by_password.login("chief", PASSWORD).await?.access_token;
    let by_token = client(url, AuthProvider::jwt_token(token))?;
    saw("password, before", answered(run(&by_password, text, &[]).await));
    saw("token, before", answered(run(&by_token, text, &[]).await));
    wait_for("tokens may expire")?;
    saw("token, after", answered(run(&by_token, text, &[]).await));
    saw("password, after", answered(run(&by_password, text, &[]).await));
    Ok(())
}

pub async fn run(client: &KalamLinkClient, text: &str, params: &[QueryParam]) -> Answer {
    let params = (!params.is_empty()).then(|| params.to_vec());
    client.execute_query(text, None, params, None).await
}

/// Of each result its rows, or what it says. An error as a response is `{error}`, any other one a sentence.
pub fn answered(answer: Answer) -> Value {
    let response = match answer {
        Err(error) => return json!(error.to_string()),
        Ok(response) => response,
    };
    if let Some(error) = response.error {
        return json!({ "error": error.code, "message": error.message });
    }
    let results = response.results.into_iter().map(|result| match result.message {
        Some(message) => json!([message, result.row_count]),
        None => json!({ "columns": result.column_names(), "rows": result.rows }),
    });
    json!(results.collect::<Vec<_>>())
}
