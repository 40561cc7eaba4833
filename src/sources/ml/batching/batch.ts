import type { Cancellable } from "../../../contracts/source.js";
import { asOrchestratorError, type OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Answer, AnswerReceiver, Backend, RowsQuestion } from "../backend.js";
import { cutAnswer } from "./cut-answer.js";

/** A question that takes part in a batch. */
export interface Member {
  readonly question: RowsQuestion;
  readonly deadlineMs: number;
  readonly receiver: AnswerReceiver;
}

/** Questions that become one. Whoever makes it sends it once; `ended` is told when the model has answered. */
export class Batch {
  private readonly backend: Backend;
  private readonly ended: () => void;
  private readonly members = new Set<Member>();
  private sent: readonly Member[] = [];
  private current: Cancellable | undefined;
  rowCount = 0;

  constructor(backend: Backend, ended: () => void) {
    this.backend = backend;
    this.ended = ended;
  }

  get isEmpty(): boolean {
    return this.members.size === 0;
  }

  add(member: Member): void {
    this.members.add(member);
    this.rowCount += member.question.rows.length;
  }

  /** Before it is sent its rows go; afterwards its part of the answer does. The last one ends the question itself. */
  leave(member: Member): void {
    if (!this.members.delete(member)) return;
    if (this.sent.length === 0) this.rowCount -= member.question.rows.length;
    else if (this.isEmpty) {
      this.current?.cancel();
      this.ended();
    }
  }

  send(): void {
    this.sent = [...this.members];
    const [first, second] = this.sent;
    if (first === undefined) return this.ended();
    const question: RowsQuestion =
      second === undefined
        ? first.question
        : { ...first.question, isMany: true, rows: this.sent.flatMap((member) => member.question.rows) };
    const deadlineMs = Math.max(...this.sent.map((member) => member.deadlineMs));
    this.current = this.backend.predict(
      question,
      { deadlineMs },
      {
        succeed: (answer) => this.hand(answer),
        fail: (error) => this.failed(error),
      },
    );
  }

  private hand(answer: Answer): void {
    this.ended();
    const { rowCount } = this;
    if (this.sent.length === 1) return this.take(this.sent[0]!)?.succeed(answer);
    let start = 0;
    for (const member of this.sent) {
      const count = member.question.rows.length;
      const receiver = this.take(member);
      try {
        receiver?.succeed(cutAnswer(answer, rowCount, start, count));
      } catch (error) {
        receiver?.fail(asOrchestratorError(error));
      }
      start += count;
    }
  }

  /** One bad row must not fail its neighbours, so what the model refuses is asked again one by one. */
  private failed(error: OrchestratorError): void {
    const isRefused = error.code === "MODEL_BAD_REQUEST" && this.sent.length > 1;
    if (!isRefused) {
      this.ended();
      for (const member of this.sent) this.take(member)?.fail(error);
      return;
    }
    const waiting = this.sent.filter((member) => this.members.has(member));
    let open = waiting.length;
    const running = waiting.map((member) => {
      const settle = (tell: (receiver: AnswerReceiver) => void) => {
        const receiver = this.take(member);
        open -= 1;
        if (open === 0) this.ended();
        if (receiver !== undefined) tell(receiver);
      };
      return this.backend.predict(
        member.question,
        { deadlineMs: member.deadlineMs },
        {
          succeed: (answer) => settle((receiver) => receiver.succeed(answer)),
          fail: (own) => settle((receiver) => receiver.fail(own)),
        },
      );
    });
    this.current = { cancel: () => running.forEach((each) => each.cancel()) };
    if (open === 0) this.ended();
  }

  private take(member: Member): AnswerReceiver | undefined {
    return this.members.delete(member) ? member.receiver : undefined;
  }
}
