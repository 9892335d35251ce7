using Trainable.Bench;
using Trainable.Bench.Leaks;
using Trainable.Bench.Rows;

// bench/run calls this; bench/leaks asks for `leaks`. `clients` and `serve` are the other halves of rows that need a second process.
return args switch
{
    ["clients", .. var rest] => await BurstClients.RunAsync(rest),
    ["serve", .. var rest] => await MetricServer.RunAsync(rest),
    ["leaks", .. var rest] => await LeakBench.RunAsync(rest),
    _ => await Table.RunAsync(args),
};
