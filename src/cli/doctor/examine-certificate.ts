import { X509Certificate } from "node:crypto";
import type { ServiceConfig } from "../../config/model.js";
import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import { readPair } from "../../server/listening/certificate.js";
import { finding, fine, note, type Diagnosis } from "./diagnosis.js";

const dayMs = 86_400_000;
const soonDays = 14;
const remedy = "Put a new pair in the place of its files; a running service shows it within seconds.";

/** Whether the certificate of `server.tls` can be shown, and how long it holds. */
export function examineCertificate({ server: { tls } }: ServiceConfig): readonly Diagnosis[] {
  if (tls === undefined) return [];
  try {
    return [examineDates(new X509Certificate(readPair(tls).cert), Date.now())];
  } catch (error) {
    const { message, hint } = asOrchestratorError(error).problem;
    return [finding("certificate", message, hint ?? remedy)];
  }
}

function examineDates({ validFrom, validTo }: X509Certificate, nowMs: number): Diagnosis {
  const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  if (nowMs < fromMs) return finding("certificate", `It holds only from ${day(fromMs)} on.`, remedy);
  if (nowMs > toMs) return finding("certificate", `It has held until ${day(toMs)}.`, remedy);
  const words = `It holds until ${day(toMs)}.`;
  return toMs - nowMs < soonDays * dayMs ? note("certificate", words, remedy) : fine("certificate", words);
}
