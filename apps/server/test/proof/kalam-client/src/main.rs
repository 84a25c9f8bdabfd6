//! What KalamDB's own client makes of a broker: `kalam-client-proof <subject> <url>`.
//!
//! - Each thing that it sees is a line of JSON, `{"saw": what, "value": …}`. An error is the client's own sentence.
//! - Who runs it owns what it finds there: the users, and the topic `jobs`. Tables and the topics that are told of them it makes itself.
//! - Where something is to happen outside of it, it says what it waits for, and waits for a line.

mod changes;
mod files;
mod live;
mod sql;

use std::{
    collections::HashMap,
    env,
    error::Error,
    io,
    time::{Duration, Instant},
};

use kalam_client::{AuthProvider, AutoOffsetReset, ConsumerBuilder, KalamLinkClient, ServerSetupRequest, TopicConsumer};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn Error>>;

const PASSWORD: &str = "wonderland";
const AT_ONCE: Duration = Duration::ZERO;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let args: Vec<String> = env::args().skip(1).collect();
    let [subject, url] = &args[..] else {
        return Err("usage: kalam-client-proof <subject> <url>".into());
    };
    match subject.as_str() {
        "health" => health(url).await,
        "setup" => setup(url).await,
        "sessions" => sessions(url).await,
        "groups" => groups(url).await,
        "starts" => starts(url).await,
        "waits" => waits(url).await,
        "refusals" => refusals(url).await,
        "statements" => sql::statements(url).await,
        "cells" => sql::cells(url).await,
        "errors" => sql::errors(url).await,
        "callers" => sql::callers(url).await,
        "expiry" => sql::expiry(url).await,
        "files" => files::files(url).await,
        "rows" => live::rows(url).await,
        "events" => live::events(url).await,
        "connections" => live::connections(url).await,
        "resumption" => live::resumption(url).await,
        "changes" => changes::changes(url).await,
        other => Err(format!("there is no subject {other}").into()),
    }
}

async fn health(url: &str) -> Outcome {
    let client = client(url, AuthProvider::none())?;
    saw("health", json!(client.health_check().await?));
    saw("cluster health", json!(client.cluster_health_check().await?));
    Ok(())
}

async fn setup(url: &str) -> Outcome {
    let client = client(url, AuthProvider::none())?;
    let request = || ServerSetupRequest::new("chief", PASSWORD, "another good one", None);
    saw("status before", json!(client.check_setup_status().await?.needs_setup));
    saw("login before", said(client.login("root", "").await));
    saw("setup", json!(client.server_setup(request()).await?.user.role));
    saw("status after", json!(client.check_setup_status().await?.needs_setup));
    saw("second setup", said(client.server_setup(request()).await));
    let session = client.login("chief", PASSWORD).await?;
    saw("login after", json!([session.user.id, session.user.role, session.admin_ui_access]));
    Ok(())
}

async fn sessions(url: &str) -> Outcome {
    let anyone = client(url, AuthProvider::none())?;
    let session = anyone.login("worker", PASSWORD).await?;
    saw("login", json!([session.user.id, session.user.role, session.admin_ui_access]));
    saw("wrong login", said(anyone.login("worker", "wrong").await));

    let refresh_token = session.refresh_token.ok_or("the login gave no refresh token")?;
    let refreshed = anyone.refresh_access_token(&refresh_token).await?;
    saw("refresh", json!([refreshed.user.id, refreshed.user.role, refreshed.admin_ui_access]));
    saw("wrong refresh", said(anyone.refresh_access_token(&session.access_token).await));

    let token = AuthProvider::jwt_token;
    for (what, auth) in [
        ("token", token(session.access_token.clone())),
        ("refreshed token", token(refreshed.access_token)),
        ("refresh token", token(refresh_token)),
        ("no token", AuthProvider::none()),
        ("password", password_of("worker")),
        ("wrong password", AuthProvider::basic_auth("worker".into(), "wrong".into())),
        ("user without the role", password_of("visitor")),
    ] {
        saw(what, polled(&mut next_of(url, auth, what)?).await);
    }

    // A token of before is refused from here on. Who has the password gets another by itself.
    let mut by_password = next_of(url, password_of("worker"), "by password")?;
    let mut by_token = next_of(url, token(session.access_token), "by token")?;
    saw("password, before", polled(&mut by_password).await);
    saw("token, before", polled(&mut by_token).await);
    wait_for("role may change")?;
    saw("password, after", polled(&mut by_password).await);
    saw("token, after", polled(&mut by_token).await);
    Ok(())
}

/// Two consumers of a group: what one has been given the other does not get, and what is committed stays so.
async fn groups(url: &str) -> Outcome {
    let worker = client(url, password_of("worker"))?;
    let earliest = || jobs(&worker, "workers", AutoOffsetReset::Earliest).max_poll_records(2);
    let mut one = earliest().build()?;
    let mut other = earliest().build()?;

    saw("commit of nothing", said(one.commit_sync().await));
    saw("one", taken(&mut one).await?);
    saw("other", taken(&mut other).await?);
    saw("one commits", json!(one.commit_sync().await?));
    saw("one again", taken(&mut one).await?);
    saw("other, when all is taken", taken(&mut other).await?);
    saw("other commits", json!(other.commit_sync().await?));
    saw("one commits again", json!(one.commit_sync().await?));

    let mut elsewhere = earliest().partition_id(1).build()?;
    saw("partition 1", taken(&mut elsewhere).await?);

    // In Kafka's words, and committed when it is closed.
    let properties = HashMap::from(
        [
            ("group.id", "closing"),
            ("topic", "jobs"),
            ("auto.offset.reset", "earliest"),
            ("enable.auto.commit", "true"),
            ("max.poll.records", "3"),
        ]
        .map(|(name, value)| (name.to_string(), value.to_string())),
    );
    let mut closing = worker.consumer().from_properties(&properties)?.build()?;
    saw("before the close", taken(&mut closing).await?);
    closing.close().await?;
    let mut successor = jobs(&worker, "closing", AutoOffsetReset::Earliest).build()?;
    saw("after the close", taken(&mut successor).await?);
    Ok(())
}

async fn starts(url: &str) -> Outcome {
    let worker = client(url, password_of("worker"))?;
    for (what, start) in
        [("earliest", AutoOffsetReset::Earliest), ("latest", AutoOffsetReset::Latest), ("offset", AutoOffsetReset::Offset(3))]
    {
        let mut consumer = jobs(&worker, what, start).build()?;
        saw(what, taken(&mut consumer).await?);
        saw(&format!("position after {what}"), json!(consumer.position()));
    }
    Ok(())
}

async fn waits(url: &str) -> Outcome {
    let worker = client(url, password_of("worker"))?;
    let mut consumer = jobs(&worker, "waiting", AutoOffsetReset::Latest).build()?;
    saw("before", taken(&mut consumer).await?);
    saw("waiting", Value::Null);
    // As it is without a word about time: it asks for 30 seconds.
    saw("woken", json!(consumer.poll().await?));

    let start = Instant::now();
    saw("in vain", json!(consumer.poll_with_timeout(Duration::from_secs(1)).await?));
    saw("seconds in vain", json!(start.elapsed().as_secs_f64().round()));
    Ok(())
}

async fn refusals(url: &str) -> Outcome {
    let worker = client(url, password_of("worker"))?;
    for topic in ["nowhere", "forbidden"] {
        let mut consumer = jobs(&worker, "refused", AutoOffsetReset::Earliest).topic(topic).build()?;
        saw(topic, polled(&mut consumer).await);
    }
    let mut nowhere = jobs(&worker, "refused", AutoOffsetReset::Earliest).partition_id(7).build()?;
    saw("partition 7", polled(&mut nowhere).await);
    Ok(())
}

fn client(url: &str, auth: AuthProvider) -> kalam_client::Result<KalamLinkClient> {
    KalamLinkClient::builder().base_url(url).auth(auth).build()
}

fn password_of(user: &str) -> AuthProvider {
    AuthProvider::basic_auth(user.into(), PASSWORD.into())
}

/// Commits when it is told to.
fn jobs(client: &KalamLinkClient, group: &str, start: AutoOffsetReset) -> ConsumerBuilder {
    let consumer = client.consumer().topic("jobs").group_id(group);
    consumer.auto_offset_reset(start).enable_auto_commit(false)
}

/// A consumer alone in its group, from the first record on, one at a time.
fn next_of(url: &str, auth: AuthProvider, group: &str) -> kalam_client::Result<TopicConsumer> {
    let consumer = jobs(&client(url, auth)?, group, AutoOffsetReset::Earliest);
    consumer.max_poll_records(1).build()
}

/// The records, or why there are none.
async fn polled(consumer: &mut TopicConsumer) -> Value {
    match consumer.poll_with_timeout(AT_ONCE).await {
        Ok(records) => json!(records),
        Err(error) => json!(error.to_string()),
    }
}

/// The records, done with: the next commit is of them.
async fn taken(consumer: &mut TopicConsumer) -> kalam_client::Result<Value> {
    let records = consumer.poll_with_timeout(AT_ONCE).await?;
    for record in &records {
        consumer.mark_processed(record);
    }
    Ok(json!(records))
}

fn said<T>(result: kalam_client::Result<T>) -> Value {
    json!(result.err().map(|error| error.to_string()))
}

/// The program goes on when it has happened.
fn wait_for(what: &str) -> io::Result<()> {
    saw(what, Value::Null);
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}

fn saw(what: &str, value: Value) {
    println!("{}", json!({ "saw": what, "value": value }));
}
