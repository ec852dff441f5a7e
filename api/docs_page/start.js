// Shows the API's description. Nothing is fetched from anywhere but this server: no validator, no outside reference.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#description",
  deepLinking: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  persistAuthorization: false,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  layout: "BaseLayout",
});
