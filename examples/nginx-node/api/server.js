// Quotes as JSON.
const http = require('node:http');
const os = require('node:os');

const quotes = [
  'Make each program do one thing well.',
  'Clear is better than clever.',
  'A little copying is better than a little dependency.',
];
let next = 0;

const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  if (request.url === '/healthz') return response.end('{"ok":true}\n');
  if (request.url !== '/quote') {
    response.statusCode = 404;
    return response.end('{"error":"not found"}\n');
  }
  const quote = quotes[next++ % quotes.length];
  response.end(JSON.stringify({ quote, host: os.hostname() }) + '\n');
});

server.listen(3000, () => console.log('api: listening on 3000'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
