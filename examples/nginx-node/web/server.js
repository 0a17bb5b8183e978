// A page with a quote of the api's. nginx serves the style sheet itself.
const http = require('node:http');

const api = process.env.API_URL;

async function page() {
  const { quote } = await (await fetch(`${api}/quote`)).json();
  return `<!doctype html>
<link rel="stylesheet" href="/static/style.css">
<blockquote>${quote}</blockquote>
`;
}

const server = http.createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('ok\n');
  try {
    const html = await page();
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html);
  } catch (error) {
    console.error(error);
    response.statusCode = 502;
    response.end('the api does not answer\n');
  }
});

server.listen(3000, () => console.log('web: listening on 3000'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
