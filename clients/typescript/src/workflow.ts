import type {Job} from "./client.js";
import {CredenceError} from "./errors.js";

/** A job of a graph, and what it waits for, by the names of other nodes. */
export interface Node {
  job: Job;
  /** Nodes that must have ended with a result of every task. */
  after?: string[];
  /** Nodes of one task whose whole results are inputs, by the names of their folders below /in. */
  answers?: Record<string, string>;
  /**
   * Nodes of one task, with the exit statuses with which this one runs. With another one it is skipped, and its money comes back. The statuses
   * have to be successes of that node's program: okExit of its job.
   */
  when?: Record<string, number[]>;
}

/** A graph of jobs by the names of its nodes. */
export type Graph = Record<string, Node>;

function waitsOf(node: Node): string[] { return [...new Set([...node.after ?? [], ...Object.values(node.answers ?? {}), ...Object.keys(node.when ?? {})])]; }

/** The names of a graph's nodes, each after those that it waits for. */
export function orderOf(graph: Graph): string[] {
  const done: string[] = [];
  const visit = (name: string, path: string[]): void => {
    if (path.includes(name)) throw new CredenceError(`nodes wait for each other: ${[...path.slice(path.indexOf(name)), name].join(" waits for ")}`);
    if (done.includes(name)) return;
    for (const other of waitsOf(graph[name]!)) {
      if (!Object.hasOwn(graph, other)) throw new CredenceError(`node ${name} waits for ${other}, and there is no such node`);
      visit(other, [...path, name]);
    }
    done.push(name);
  };
  for (const name of Object.keys(graph)) visit(name, []);
  return done;
}

/** The job of a node, as one that waits for requests. */
export function waitingJob(graph: Graph, name: string, requests: Record<string, string>): Job {
  const {job, after = [], answers = {}, when = {}} = graph[name]!;
  const asked = Object.values(graph).some(node => Object.hasOwn(node.when ?? {}, name));
  if (asked && job.onchain && job.onchain !== "/exit") {
    throw new CredenceError(`node ${name}: its job keeps ${job.onchain} on chain, and another node waits for its exit status: the chain keeps one of them`);
  }
  return {
    ...job, ...(asked ? {onchain: "/exit"} : {}), after: [...job.after ?? [], ...after.map(other => requests[other]!)],
    answers: {...job.answers, ...Object.fromEntries(Object.entries(answers).map(([folder, other]) => [folder, requests[other]!]))},
    when: {...job.when, ...Object.fromEntries(Object.entries(when).map(([other, exits]) => [requests[other]!, exits]))},
  };
}
