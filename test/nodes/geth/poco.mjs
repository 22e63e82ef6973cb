// Measures iExec's Proof of Contribution on a running `geth --dev`: transfers of ether, and verified tasks of two and of three workers.
// It prints lines as Go's benchmarks do. Nothing is computed, as in the benchmark of Credence's nodes; every task is completed.
//
//   node poco.mjs URL PID [TASKS [TRANSFERS]]
import { TypedDataEncoder, ZeroAddress, ZeroHash, getBytes, id as keccakOfText, solidityPackedKeccak256, toBeHex } from "ethers";
import { Chain, wallet } from "./chain.mjs";
import { deploy } from "./contracts.mjs";

const CREW = 240; // workers; their transactions are spread over so many senders
const COMPLETED = 3n; // IexecLibCore_v5.TaskStatusEnum
const TRUST = { 2: 3, 3: 5 }; // the demand that so many new workers who agree meet
const ETHER = 10n ** 18n;

// fields reads the fields of a typed structure from iExec's own notation.
const fields = (text) => text.split(",").map((field) => field.split(" ")).map(([type, name]) => ({ name, type }));
const restrictions = "address datasetrestrict,address workerpoolrestrict,address requesterrestrict";
const ORDERS = {
  AppOrder: fields(`address app,uint256 appprice,uint256 volume,bytes32 tag,${restrictions},bytes32 salt`),
  WorkerpoolOrder: fields(
    "address workerpool,uint256 workerpoolprice,uint256 volume,bytes32 tag,uint256 category,uint256 trust," +
      "address apprestrict,address datasetrestrict,address requesterrestrict,bytes32 salt",
  ),
  RequestOrder: fields(
    "address app,uint256 appmaxprice,address dataset,uint256 datasetmaxprice,address workerpool,uint256 workerpoolmaxprice," +
      "address requester,uint256 volume,bytes32 tag,uint256 category,uint256 trust,address beneficiary,address callback," +
      "string params,bytes32 salt",
  ),
};
const NOBODY = { datasetrestrict: ZeroAddress, workerpoolrestrict: ZeroAddress, requesterrestrict: ZeroAddress };

const [url, pid, tasks = "1000", transfers = "4000"] = process.argv.slice(2);
if (!pid) {
  console.error("usage: node poco.mjs URL PID [TASKS [TRANSFERS]]");
  process.exit(2);
}
const chain = await new Chain(url, pid).connect();
const admin = wallet("admin");
const [rich] = await chain.call("eth_accounts");
await chain.call("eth_sendTransaction", { from: rich, to: admin.address, value: toBeHex(10n ** 6n * ETHER) });
while (BigInt(await chain.call("eth_getBalance", admin.address, "latest")) === 0n);

const { proxy, abis, apps, pools } = await deploy(chain, admin);
const encode = (facet, name, args) => abis[facet].encodeFunctionData(name, args);
const poco1 = (name, args) => encode("IexecPoco1Facet", name, args);
const poco2 = (name, args) => encode("IexecPoco2Facet", name, args);

// Everybody gets ether for gas; the workers, the scheduler and the requester deposit some.
const [scheduler, requester, provider] = ["scheduler", "requester", "provider"].map(wallet);
const crews = Object.keys(TRUST).map((n) => Array.from({ length: CREW }, (_, i) => wallet(`worker ${n} ${i}`)));
const everybody = [scheduler, requester, provider, ...crews.flat()];
const signAll = async (list) => {
  const signed = [];
  for (const args of list) signed.push(await chain.sign(...args));
  return signed;
};
await chain.send(await signAll(everybody.map((to) => [admin, to.address, "0x", 21_000n, 100n * ETHER])));
const deposit = encode("IexecEscrowNativeFacet", "deposit", []);
await chain.send(await signAll(everybody.map((from) => [from, proxy, deposit, 200_000n, ETHER])));

// An app and a worker pool, registered as iExec's users register theirs.
const register = async (owner, { address, abi }, create, predict, args) => {
  await chain.send([await chain.sign(owner, address, abi.encodeFunctionData(create, args), 8_000_000n)]);
  return chain.read(address, abi, predict, args);
};
const app = await register(provider, apps, "createApp", "predictApp", [
  provider.address, "paint", "DOCKER", "0x1234", keccakOfText("image"), "0x",
]);
const workerpool = await register(scheduler, pools, "createWorkerpool", "predictWorkerpool", [scheduler.address, "pool"]);
const { name, version, chainId, verifyingContract } = await chain.read(proxy, abis.IexecConfigurationFacet, "domain");
const domain = { name, version, chainId, verifyingContract };
let salt = 0;
const signOrder = async (signer, type, order) => {
  order.salt = toBeHex(++salt, 32);
  order.sign = await signer.signTypedData(domain, { [type]: ORDERS[type] }, order);
  return order;
};

const print = (what, count, { seconds, cpu }) =>
  console.log(`BenchmarkGeth/${what} \t 1\t${(count / seconds).toFixed(1)} op/s\t${((1000 * cpu) / count).toFixed(3)} node-ms/op`);

const senders = crews.flat();
const pay = (i) => [senders[i % senders.length], senders[(7 * i + 1) % senders.length].address, "0x", 21_000n, 1n];
print("transfers", Number(transfers), await chain.send(await signAll(Array.from({ length: Number(transfers) }, (_, i) => pay(i)))));

// runTasks matches one request of so many tasks, and completes each with n workers who contribute and reveal the same digest.
async function runTasks(n, count, crew) {
  const appOrder = await signOrder(provider, "AppOrder", { app, appprice: 10, volume: count, tag: ZeroHash, ...NOBODY });
  const poolOrder = await signOrder(scheduler, "WorkerpoolOrder", {
    workerpool, workerpoolprice: 100, volume: count, tag: ZeroHash, category: 0, trust: TRUST[n],
    apprestrict: ZeroAddress, datasetrestrict: ZeroAddress, requesterrestrict: ZeroAddress,
  });
  const noDataset = {
    dataset: ZeroAddress, datasetprice: 0, volume: 0, tag: ZeroHash, apprestrict: ZeroAddress, workerpoolrestrict: ZeroAddress,
    requesterrestrict: ZeroAddress, salt: ZeroHash, sign: "0x",
  };
  const request = await signOrder(requester, "RequestOrder", {
    app, appmaxprice: 10, dataset: ZeroAddress, datasetmaxprice: 0, workerpool: ZeroAddress, workerpoolmaxprice: 100,
    requester: requester.address, volume: count, tag: ZeroHash, category: 0, trust: TRUST[n], beneficiary: requester.address,
    callback: ZeroAddress, params: "{}",
  });
  const deal = solidityPackedKeccak256(["bytes32", "uint256"], [TypedDataEncoder.hash(domain, { RequestOrder: ORDERS.RequestOrder }, request), 0]);
  const ids = Array.from({ length: count }, (_, i) => solidityPackedKeccak256(["bytes32", "uint256"], [deal, i]));
  const workersOf = ids.map((_, i) => Array.from({ length: n }, (_, k) => crew[(i * n + k) % crew.length]));
  const digest = keccakOfText("the right picture");

  // All is signed before the clock runs. A sender's nonces are in the order of the steps.
  const drawn = (worker, task) => getBytes(solidityPackedKeccak256(["address", "bytes32", "address"], [worker.address, task, ZeroAddress]));
  const contribution = async (worker, task) => [
    task,
    solidityPackedKeccak256(["bytes32", "bytes32"], [task, digest]),
    solidityPackedKeccak256(["address", "bytes32", "bytes32"], [worker.address, task, digest]),
    ZeroAddress, "0x", await scheduler.signMessage(drawn(worker, task)),
  ];
  const answers = ids.flatMap((task, i) => workersOf[i].map((worker) => [worker, task]));
  const contributions = await Promise.all(answers.map((answer) => contribution(...answer)));
  const matched = poco1("matchOrders", [appOrder, noDataset, poolOrder, request]);
  const steps = [
    await signAll([[requester, proxy, matched, 3_000_000n]]),
    await signAll(ids.map((_, i) => [scheduler, proxy, poco2("initialize", [deal, i]), 300_000n])),
    await signAll(contributions.map((args, i) => [answers[i][0], proxy, poco2("contribute", args), 700_000n])),
    await signAll(answers.map(([worker, task]) => [worker, proxy, poco2("reveal", [task, digest]), 300_000n])),
    await signAll(ids.map((task) => [scheduler, proxy, poco2("finalize", [task, "0x1234", "0x"]), 1_500_000n])),
  ];
  const sum = { seconds: 0, cpu: 0 };
  for (const transactions of steps) {
    const { seconds, cpu } = await chain.send(transactions);
    sum.seconds += seconds;
    sum.cpu += cpu;
  }
  for (const task of ids) {
    const { status, contributors } = await chain.read(proxy, abis.IexecPocoAccessorsFacet, "viewTask", [task]);
    if (status !== COMPLETED || contributors.length !== n) throw new Error(`task ${task}: status ${status}, ${contributors.length} workers`);
  }
  print(`tasks/replicas=${n}`, count, sum);
}

for (const [i, n] of Object.keys(TRUST).map(Number).entries()) await runTasks(n, Number(tasks), crews[i]);
